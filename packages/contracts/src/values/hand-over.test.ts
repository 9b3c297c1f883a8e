import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { hypotenuse } from '../calculator/formulas/hypotenuse.ts';
import { square } from '../calculator/operations/square.ts';
import { takeInput, takeOperands, takeOutput } from './hand-over.ts';
import { createCodec } from '../msgpack/codec.ts';
import { isFailure } from '../messages/failures.ts';
import { bodyBytesMax, valueBytesMax } from '../messages/limits.ts';
import { operationRequestLayout } from '../messages/messages.ts';
import { operation } from '../catalogue/operation.ts';

const anything = operation({
  name: 'anything',
  description: 'Takes whatever there is.',
  input: z.unknown(),
  output: z.unknown(),
  example: { input: 1, output: 1 },
});

test('a value that fits the contract is accepted', () => {
  expect(takeInput(square, 12)).toBe(12);
  expect(takeOperands(hypotenuse, [12, 13])).toEqual([12, 13]);
  expect(takeOutput(square, 144)).toBe(144);
});

test.each([['12'], [Number.NaN], [Number.POSITIVE_INFINITY], [null], [undefined], [12n], [[12]]])(
  'the operand %s is refused by formula and name',
  (operand) => {
    expect(takeOperands(hypotenuse, [12, operand])).toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/^hypotenuse: operand b: Invalid input: expected number/),
    });
  },
);

test.each([[[]], [[12]], [[12, 13, 14]]])('the operands %j are refused by their number', (operands) => {
  expect(takeOperands(hypotenuse, operands)).toMatchObject({
    code: 'invalid-request',
    message: `hypotenuse takes 2 operands (a, b), not ${operands.length}`,
  });
});

test('a wrong output is a fault of the handler’s code, and a wrong input a fault of the request', () => {
  expect(takeOutput(square, Number.NaN)).toMatchObject({
    code: 'internal',
    message: 'square: the code of the operation returned: Invalid input: expected number, received NaN',
  });
  expect(takeInput(square, {})).toMatchObject({
    code: 'invalid-request',
    message: 'square: input: Invalid input: expected number, received object',
  });
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

test.each<[string, unknown, RegExp]>([
  ['a bigint', [1n], /a bigint cannot be sent/],
  ['a function', { f: () => 1 }, /a function cannot be sent/],
  ['a symbol', Symbol('x'), /a symbol cannot be sent/],
  ['a Date', new Date(0), /a Date cannot be sent/],
  ['integers', { integers: new Int32Array(1) }, /an Int32Array cannot be sent/],
  ['doubles that the schema does not declare', [new Float64Array(1)], /declares bytes and doubles here in such a way/],
  ['a value in itself', cyclic, /nested too deep/],
  ['a value 1,000 deep', nested(1_000), /nested too deep/],
  ['a value that is too large', 'x'.repeat(valueBytesMax), /bytes; a value has at most/],
  [
    'a list of too many texts',
    Array.from({ length: 140_000 }, () => ''),
    /more than 130048 lists, objects and texts; a value has/,
  ],
  ['a key that readers refuse', JSON.parse('{"__proto__":1}'), /cannot be called __proto__/],
])('%s is refused even if the schema allows it', (_what, value, reason) => {
  const refusal = takeInput(anything, value);
  expect(refusal).toMatchObject({ code: 'invalid-request', message: expect.stringMatching(reason) });
});

test('an accepted value can be sent, fits a frame, and is read on arrival', () => {
  const codec = createCodec();
  const value = fc.oneof(
    fc.anything({ withDate: true, withTypedArray: true, withBigInt: true, maxDepth: 5 }),
    fc.nat(40).map(nested),
    fc.tuple(fc.constantFrom('x', '€', '😀'), fc.nat(100_000)).map(([unit, length]) => unit.repeat(length)),
  );
  let sent = 0;
  fc.assert(
    fc.property(value, (input) => {
      if (isFailure(takeInput(anything, input))) return;
      sent += 1;
      const message = operationRequestLayout.write({ seq: 1, contract: 1, input, ttlMs: 1, trace: 'x'.repeat(128) });
      const body = codec.encode('k3f0q9x2m1zd', 1, [message]);
      expect(body.length).toBeLessThanOrEqual(bodyBytesMax);
      const opened = codec.decode(body);
      if (typeof opened === 'string') expect.fail(opened);
      expect(operationRequestLayout.read(opened.messages[0])).toBeDefined();
    }),
    { numRuns: 2_000 },
  );
  expect(sent).toBeGreaterThan(200);
});
