import { z } from '../schemas/zod.ts';
import { validatorOf } from '../values/validate.ts';
import { plainReader, plainWriter } from './layout-codegen.ts';

/**
 * A message on the wire is an array of fields in a fixed order. In the code it is an object with names. One declaration
 * gives both: the order of the keys of `shape` is the order on the wire. New fields are appended and optional. An older
 * reader ignores them, and a newer reader works without them.
 */
export interface MessageLayout<S extends z.ZodRawShape> {
  readonly schema: z.ZodObject<S>;
  /** Field names in wire order. */
  readonly fields: readonly (keyof S & string)[];
  /** Turns named fields into wire order. Leaves off absent optional fields at the end. */
  write(message: z.output<z.ZodObject<S>>): unknown[];
  /** Turns wire order into named fields and validates them; undefined when the shape is wrong. */
  read(positions: unknown): z.output<z.ZodObject<S>> | undefined;
  /** Says in one line what is wrong with a message that `read` refused. */
  fault(positions: unknown): string;
}

export type MessageOf<W extends { readonly schema: z.ZodType }> = z.output<W['schema']>;

export function messageLayout<const S extends z.ZodRawShape>(shape: S): MessageLayout<S> {
  const schema = z.object(shape);
  const fields: readonly string[] = Object.keys(shape);
  const schemas = Object.values(shape) as z.ZodType[];
  const optional = schemas.map((field) => field instanceof z.ZodOptional);
  const checks = schemas.map(validatorOf);
  const declared = fields.map((field, index) => {
    return { name: field, optional: optional[index] === true, check: checks[index] };
  });
  const writePlain = plainWriter(declared);
  const readPlain = plainReader(declared);
  return {
    schema,
    fields,
    write(message) {
      const named = message as Readonly<Record<string, unknown>>;
      const plain = writePlain(named);
      if (plain !== undefined) return plain;
      let last = fields.length;
      while (last > 0 && named[fields[last - 1] ?? ''] === undefined) last -= 1;
      // Created at its final length, because an array that grows takes room for 17.
      // oxlint-disable-next-line unicorn/no-new-array -- a length is intended
      const positions: unknown[] = new Array(last);
      for (let index = 0; index < last; index += 1) positions[index] = named[fields[index] ?? ''];
      return positions;
    },
    read(positions) {
      if (!Array.isArray(positions)) return undefined;
      const plain = readPlain?.(positions);
      if (plain !== undefined) return plain as z.output<z.ZodObject<S>>;
      const named = name(positions);
      for (let index = 0; index < fields.length; index += 1) {
        const check = checks[index];
        if (check === undefined) return readSlowly(named);
        const value = named[fields[index] ?? ''];
        if (value === undefined ? optional[index] !== true : !check(value)) return undefined;
      }
      return named as z.output<z.ZodObject<S>>;
    },
    fault(positions) {
      if (!Array.isArray(positions)) return 'not an array of fields';
      const { error } = schema.safeParse(name(positions));
      return error === undefined ? 'nothing' : misfit(error);
    },
  };

  function readSlowly(named: Record<string, unknown>): z.output<z.ZodObject<S>> | undefined {
    const parsed = schema.safeParse(named);
    return parsed.success ? parsed.data : undefined;
  }

  function name(positions: readonly unknown[]): Record<string, unknown> {
    const named: Record<string, unknown> = {};
    const count = Math.min(positions.length, fields.length);
    for (let index = 0; index < count; index += 1) {
      const value = positions[index];
      // An absent optional field before a present one travels as nil.
      if (value !== null || optional[index] !== true) named[fields[index] ?? ''] = value;
    }
    return named;
  }
}

/** The first part that does not fit, with its place first: `1.leg: Invalid input: expected number, received string`. */
export function misfit(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return `${path}${issue?.message ?? 'does not fit the contract'}`;
}
