import type { QuickCheck } from './quick-check.ts';

/*
 * Code for messages without their optional fields, which is nearly all of them, made when a message is declared: one literal with the
 * declared names. Named one by one in a loop over all kinds of messages, the fields of a message took a tenth of a calc-server's
 * time, because the engine knows nothing of their shape then. Zod makes code of its schemas in the same way.
 */

export interface DeclaredField {
  readonly name: string;
  readonly optional: boolean;
  /** Undefined where only Zod can tell. */
  readonly check: QuickCheck | undefined;
}

/** @returns what writes a message all of whose optional fields are absent; of any other it makes undefined */
export function plainWriter(
  fields: readonly DeclaredField[],
): (named: Readonly<Record<string, unknown>>) => unknown[] | undefined {
  const absent = fields.flatMap((field) => (field.optional ? [`named.${identifier(field)} === undefined`] : []));
  const last = fields.findLastIndex(({ optional }) => !optional);
  const values = fields.slice(0, last + 1).map((field) => `named.${identifier(field)}`);
  return make(`return (named) => ${all(absent)} ? [${values.join(', ')}] : undefined;`) as never;
}

/**
 * @returns what reads a message all of whose optional fields are absent and whose others all fit; of any other it makes
 *   undefined. Undefined itself when a field has no quick check.
 */
export function plainReader(
  fields: readonly DeclaredField[],
): ((positions: readonly unknown[]) => Record<string, unknown> | undefined) | undefined {
  if (fields.some(({ check }) => check === undefined)) return undefined;
  const tests = fields.map(({ optional }, index) => {
    const value = `positions[${index}]`;
    return optional
      ? `(${value} === undefined || ${value} === null)`
      : `${value} !== undefined && check${index}(${value})`;
  });
  const values = fields.flatMap((field, index) =>
    field.optional ? [] : [`${identifier(field)}: positions[${index}]`],
  );
  const constants = fields.map((_, index) => `const check${index} = checks[${index}];`).join(' ');
  const code = `${constants} return (positions) => ${all(tests)} ? { ${values.join(', ')} } : undefined;`;
  const checks = fields.map(({ check }) => check);
  return make(code, checks) as never;
}

function all(tests: readonly string[]): string {
  return tests.length === 0 ? 'true' : tests.join(' && ');
}

/** Names come from declarations in code and never from a peer; one that is no identifier must not become code all the same. */
function identifier({ name }: DeclaredField): string {
  if (!/^[a-zA-Z]\w*$/.test(name)) throw new TypeError(`a field cannot be called "${name}"`);
  return name;
}

/** Where code may not be made of texts (`node --disallow-code-generation-from-strings`), every message is read in a loop. */
function make(code: string, checks: readonly unknown[] = []): unknown {
  try {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- of declared names and numbers alone
    return (new Function('checks', code) as (given: readonly unknown[]) => unknown)(checks);
  } catch (error) {
    if (error instanceof EvalError) return () => undefined;
    throw error;
  }
}
