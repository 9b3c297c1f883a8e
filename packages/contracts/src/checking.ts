import type { z } from 'zod';
import type { Failure } from './failures.ts';
import { failure } from './failures.ts';
import type { Formula } from './formula.ts';
import { nestingMax, valueBytesMax, valuePartsMax } from './limits.ts';
import type { Operation } from './operation.ts';
import { quickCheck } from './quick-check.ts';
import { misfit } from './wire.ts';

/*
 * What a program hands in is checked against the contract before it is sent; reading.ts checks it again where it
 * arrives. What passes here can be encoded and fits a frame.
 */

/** @returns the failure that the input deserves; undefined when it can be sent */
export function checkInput(contract: Operation, input: unknown): Failure | undefined {
  return check('invalid-request', contract.name, 'input', contract.input, input);
}

/** @returns the failure that the operands deserve; undefined when they can be sent */
export function checkOperands(contract: Formula, operands: readonly unknown[]): Failure | undefined {
  const { name, operands: declared } = contract;
  if (operands.length !== declared.length) {
    const names = declared.map(([operand]) => operand).join(', ');
    return failure('invalid-request', `${name} takes ${declared.length} operands (${names}), not ${operands.length}`);
  }
  for (let index = 0; index < declared.length; index += 1) {
    const [operand = '', schema] = declared[index] ?? [];
    const refusal = schema && check('invalid-request', name, 'operand ', schema, operands[index], operand);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/**
 * A requester drops a value that does not fit, and would wait for another until its deadline. So a server checks what
 * its own code made: a wrong value is a fault of that code.
 *
 * @returns `internal`; undefined when the value can be sent
 */
export function checkOutput(contract: Operation | Formula, value: unknown): Failure | undefined {
  return check('internal', contract.name, codeGave[contract.kind], contract.output, value);
}

const codeGave = { operation: 'the code of the operation gave', formula: 'the code of the formula gave' } as const;

function check(
  code: 'invalid-request' | 'internal',
  name: string,
  what: string,
  schema: z.ZodType,
  value: unknown,
  operand = '',
): Failure | undefined {
  const fits = quickCheck(schema);
  if (fits?.(value) !== true) {
    const { error } = schema.safeParse(value);
    if (error !== undefined) return failure(code, `${name}: ${what}${operand}: ${misfit(error)}`);
  }
  // Nearly all are.
  if (typeof value === 'number') return undefined;
  const size = sizeOf(value);
  if (typeof size === 'string') return failure(code, `${name}: ${what}${operand}: ${size}`);
  if (size.bytes > valueBytesMax) {
    return failure(code, `${name}: ${what}${operand}: ${size.bytes} bytes; a value has at most ${valueBytesMax}`);
  }
  return size.parts > valuePartsMax
    ? failure(
        code,
        `${name}: ${what}${operand}: ${size.parts} lists, objects and texts; a value has at most ${valuePartsMax}`,
      )
    : undefined;
}

/** A value stands in a message, the message in the list of messages, the list in a batch; its own parts count one more. */
const containersAround = 4;

interface Size {
  /** An upper bound. */
  bytes: number;
  /** Lists, objects and texts. */
  parts: number;
}

/** @returns a text when no reader would take the value */
function sizeOf(value: unknown): Size | string {
  const size: Size = { bytes: 0, parts: 0 };
  return measure(value, nestingMax - containersAround, size) ?? size;
}

/** Adds a value to a size. @returns why no reader would take it */
function measure(value: unknown, depthLeft: number, size: Size): string | undefined {
  switch (typeof value) {
    case 'number':
      size.bytes += 9;
      return undefined;
    case 'boolean':
    case 'undefined':
      size.bytes += 1;
      return undefined;
    case 'string':
      return measureText(value, size);
    case 'object':
      if (value !== null) return measureContainer(value, depthLeft, size);
      size.bytes += 1;
      return undefined;
    default:
      return `a ${typeof value} cannot be sent`;
  }
}

function measureContainer(value: object, depthLeft: number, size: Size): string | undefined {
  if (depthLeft <= 0) return 'nested too deep';
  if (value instanceof Date || ArrayBuffer.isView(value)) return `a ${value.constructor.name} cannot be sent`;
  size.bytes += 5;
  size.parts += 1;
  for (const [key, part] of Object.entries(value)) {
    if (key === '__proto__') return 'a property cannot be called __proto__';
    const fault = measure(part, depthLeft - 1, size);
    if (fault !== undefined) return fault;
    if (!Array.isArray(value)) measureText(key, size);
  }
  return undefined;
}

/** A UTF-16 code unit takes up to 3 bytes in UTF-8. */
function measureText(text: string, size: Size): undefined {
  size.bytes += 5 + text.length * 3;
  size.parts += 1;
}
