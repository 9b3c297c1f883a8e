import type { z } from 'zod';
import type { Failure } from './failures.ts';
import { failure } from './failures.ts';
import type { Formula } from './formula.ts';
import { nestingMax, valueBytesMax } from './limits.ts';
import type { Operation } from './operation.ts';
import { misfit } from './wire.ts';

/*
 * What a program hands in is checked against the contract before it is sent; reading.ts checks it again where it
 * arrives. What passes here can be encoded and fits a frame.
 */

/** @returns the failure that the input deserves; undefined when it can be sent */
export function checkInput(contract: Operation, input: unknown): Failure | undefined {
  return check('invalid-request', `${contract.name}: input`, contract.input, input);
}

/** @returns the failure that the operands deserve; undefined when they can be sent */
export function checkOperands(contract: Formula, operands: readonly unknown[]): Failure | undefined {
  const { name, operands: declared } = contract;
  if (operands.length !== declared.length) {
    const names = declared.map(([operand]) => operand).join(', ');
    return failure('invalid-request', `${name} takes ${declared.length} operands (${names}), not ${operands.length}`);
  }
  for (const [index, [operand, schema]] of declared.entries()) {
    const refusal = check('invalid-request', `${name}: operand ${operand}`, schema, operands[index]);
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
  return check('internal', `${contract.name}: the code of the ${contract.kind} gave`, contract.output, value);
}

function check(
  code: 'invalid-request' | 'internal',
  where: string,
  schema: z.ZodType,
  value: unknown,
): Failure | undefined {
  const parsed = schema.safeParse(value);
  if (!parsed.success) return failure(code, `${where}: ${misfit(parsed.error)}`);
  const bytes = encodedBytesMax(value, nestingMax - containersAround);
  if (typeof bytes === 'string') return failure(code, `${where}: ${bytes}`);
  return bytes > valueBytesMax
    ? failure(code, `${where}: ${bytes} bytes; a value has at most ${valueBytesMax}`)
    : undefined;
}

/** A value stands in a message, the message in the list of messages, the list in a batch; its own parts count one more. */
const containersAround = 4;

/** @returns an upper bound of the bytes that a value takes; a text when no reader would take it */
function encodedBytesMax(value: unknown, depthLeft: number): number | string {
  switch (typeof value) {
    case 'number':
      return 9;
    case 'boolean':
    case 'undefined':
      return 1;
    case 'string':
      return textBytesMax(value);
    case 'object':
      return value === null ? 1 : containerBytesMax(value, depthLeft);
    default:
      return `a ${typeof value} cannot be sent`;
  }
}

function containerBytesMax(value: object, depthLeft: number): number | string {
  if (depthLeft <= 0) return 'nested too deep';
  if (value instanceof Date || ArrayBuffer.isView(value)) return `a ${value.constructor.name} cannot be sent`;
  let bytes = 5;
  for (const [key, part] of Object.entries(value)) {
    if (key === '__proto__') return 'a property cannot be called __proto__';
    const more = encodedBytesMax(part, depthLeft - 1);
    if (typeof more === 'string') return more;
    bytes += more + (Array.isArray(value) ? 0 : textBytesMax(key));
  }
  return bytes;
}

/** A UTF-16 code unit takes up to 3 bytes in UTF-8. */
function textBytesMax(text: string): number {
  return 5 + text.length * 3;
}
