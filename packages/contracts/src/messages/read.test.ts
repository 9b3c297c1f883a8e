import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { calculator } from '../calculator/calculator.ts';
import { defineCatalogue, hashOf } from '../catalogue/catalogue.ts';
import { createCodec } from '../msgpack/codec.ts';
import type { Failure } from './failures.ts';
import { failure, isFailure } from './failures.ts';
import { failureTextMax, traceMax, ttlMsMax } from './limits.ts';
import { operandLayout, operationRequestLayout, statusRequestLayout } from './messages.ts';
import { operation } from '../catalogue/operation.ts';
import type { Success } from './read.ts';
import {
  readHello,
  readOperand,
  readOperationRequest,
  readResult,
  readStatusRequest,
  readStatusResult,
  resultMessage,
} from './read.ts';
import { messageWriter } from '../topics/topic-table.ts';
import { statusResultTopic } from '../topics/topics.ts';

const { square, multiply } = calculator.operations;
const { hypotenuse } = calculator.formulas;
const squareHash = hashOf(calculator, 'square');
const hypotenuseHash = hashOf(calculator, 'hypotenuse');

const readSquare = readOperationRequest(calculator, square);
const readFirst = readOperand(calculator, 1);
const readThird = readOperand(calculator, 3);

const writeResult = messageWriter(statusResultTopic);
/** The fields of an outcome in wire order. */
const written = (seq: number, outcome: Success | Failure): unknown[] => writeResult(resultMessage(seq, outcome));

/** The fields that arrive when these are sent: absent ones become nil. */
function sent(fields: readonly unknown[]): unknown {
  const codec = createCodec();
  const opened = codec.decode(codec.encode('k3f0q9x2m1zd', 1, [fields]));
  if (typeof opened === 'string') throw new Error(opened);
  return opened.messages[0];
}

test('a request with very many parts that do not fit is refused without an explanation of each', () => {
  const lists = operation({
    name: 'lists',
    description: 'Takes lists.',
    input: z.array(z.object({ x: z.number() })),
    output: z.number(),
    example: { input: [{ x: 1 }], output: 1 },
  });
  const catalogue = defineCatalogue({ operations: { lists }, formulas: {} });
  const read = readOperationRequest(catalogue, lists);
  const ask = (input: unknown) => read([1, hashOf(catalogue, 'lists'), input, 1_000])?.refusal?.message;
  expect(ask([{ x: 1 }, { x: 'y' }])).toMatch(/^lists: input: 1\.x: .*expected number/);
  expect(ask(Array.from({ length: 100_000 }, () => ({ x: 'y' })))).toBe('lists: input: does not fit the contract');
  expect(ask(Array.from({ length: 100_000 }, () => ({ x: 1 })))).toBeUndefined();
});

test('an operation request that fits is read with all its fields', () => {
  const message = {
    seq: 7,
    contract: squareHash,
    input: 12,
    ttlMs: 1_500.5,
    trace: 't1',
    attempt: 2,
    origin: 'k3f0q9x2m1zd',
  };
  expect(readSquare(sent(operationRequestLayout.write(message)))).toStrictEqual({
    seq: 7,
    ttlMs: 1_500.5,
    trace: 't1',
    attempt: 2,
    origin: 'k3f0q9x2m1zd',
    input: 12,
    refusal: undefined,
  });
  const { trace: _, attempt: _attempt, origin: _origin, ...plain } = message;
  expect(sent(operationRequestLayout.write(plain))).toHaveLength(4);
  expect(readSquare(sent(operationRequestLayout.write(plain)))).toMatchObject({
    trace: undefined,
    attempt: undefined,
    refusal: undefined,
  });
});

test('an operand that fits is read with all its fields', () => {
  const message = { seq: 7, formula: 'hypotenuse', contract: hypotenuseHash, operands: 2, value: 12, ttlMs: 900 };
  expect(readFirst(sent(operandLayout.write(message)))).toStrictEqual({
    seq: 7,
    ttlMs: 900,
    trace: undefined,
    attempt: undefined,
    formula: 'hypotenuse',
    operands: 2,
    value: 12,
    refusal: undefined,
  });
});

test('a request made under another contract is refused, and the refusal names both hashes', () => {
  const message = 'the request has contract hash 00000abc, the server has';
  const advice = 'both need the same version of the contract';
  expect(readSquare([1, 0xabc, 12, 100])?.refusal).toMatchObject({
    code: 'contract-mismatch',
    message: `operation "square": ${message} ${squareHash.toString(16).padStart(8, '0')}; ${advice}`,
  });
  expect(readFirst([1, 'hypotenuse', 0xabc, 2, 12, 100])?.refusal).toMatchObject({
    code: 'contract-mismatch',
    message: `formula "hypotenuse": ${message} ${hypotenuseHash.toString(16).padStart(8, '0')}; ${advice}`,
  });
});

test('the values of another contract are not examined', () => {
  expect(readSquare([1, 0xabc, 'twelve', 100])?.refusal?.code).toBe('contract-mismatch');
  expect(readFirst([1, 'hypotenuse', 0xabc, 5, 'twelve', 100])?.refusal?.code).toBe('contract-mismatch');
});

test.each(['noSuchFormula', 'square'])(
  'a request for the formula %s, which this server does not have, is refused',
  (formula) => {
    expect(readFirst([1, formula, 5, 2, 12, 100])).toMatchObject({
      seq: 1,
      formula,
      refusal: { code: 'unknown-formula', message: expect.stringContaining(formula) },
    });
  },
);

test.each([
  ['one operand too many', readFirst, 3, 'hypotenuse: operand 1 of 3; the contract has 2'],
  ['one operand too few', readFirst, 1, 'hypotenuse: operand 1 of 1; the contract has 2'],
  ['an operand beyond the last', readThird, 2, 'hypotenuse: operand 3 of 2; the contract has 2'],
])('%s is refused', (_what, read, operands, message) => {
  expect(read([1, 'hypotenuse', hypotenuseHash, operands, 12, 100])).toMatchObject({
    seq: 1,
    formula: 'hypotenuse',
    value: undefined,
    refusal: { code: 'invalid-request', message },
  });
});

test.each([['12'], [Number.NaN], [Number.NEGATIVE_INFINITY], [null], [[12]], [{ a: 12 }], [true]])(
  'the value %s, which is not a finite number, is refused, and the refusal names the operand',
  (value) => {
    expect(readSquare([1, squareHash, value, 100])?.refusal).toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/^square: input: Invalid input: expected number/),
    });
    expect(readFirst([1, 'hypotenuse', hypotenuseHash, 2, value, 100])?.refusal).toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/^hypotenuse: operand a: Invalid input: expected number/),
    });
  },
);

test('a refusal names the place of the fault in a value', () => {
  const read = readOperationRequest(calculator, multiply);
  const reading = read([1, hashOf(calculator, 'multiply'), [6, 'seven'], 100]);
  expect(reading?.refusal?.message).toBe('multiply: input: 1: Invalid input: expected number, received string');
});

test('null arrives where the contract allows it', () => {
  const maybe = operation({
    name: 'maybe',
    description: 'Takes a number or nothing.',
    input: z.number().nullable(),
    output: z.number().nullable(),
    example: { input: null, output: null },
  });
  const catalogue = defineCatalogue({ operations: { maybe }, formulas: {} });
  const message = { seq: 1, contract: hashOf(catalogue, 'maybe'), input: null, ttlMs: 10 };
  expect(readOperationRequest(catalogue, maybe)(sent(operationRequestLayout.write(message)))).toMatchObject({
    input: null,
    refusal: undefined,
  });
  expect(readResult(maybe)(sent(written(1, { value: null, fallbacks: [] })))).toEqual({
    seq: 1,
    outcome: { value: null, fallbacks: [] },
  });
});

test.each<[string, unknown[], RegExp]>([
  ['no hash', [7], /^square: contract: /],
  ['a hash beyond 32 bits', [7, 2 ** 32, 12, 100], /^square: contract: /],
  ['no time to live', [7, squareHash, 12], /^square: ttlMs: /],
  ['a negative time to live', [7, squareHash, 12, -1], /^square: ttlMs: /],
  ['a time to live beyond a day', [7, squareHash, 12, ttlMsMax + 1], /^square: ttlMs: /],
  ['an endless time to live', [7, squareHash, 12, Number.POSITIVE_INFINITY], /^square: ttlMs: /],
  ['a trace too long', [7, squareHash, 12, 100, 'x'.repeat(traceMax + 1)], /^square: trace: /],
])('a request with %s is refused, since its seq is readable', (_what, fields, message) => {
  expect(readSquare(fields)).toMatchObject({
    seq: 7,
    input: undefined,
    refusal: { code: 'invalid-request', message: expect.stringMatching(message) },
  });
});

test('an operand with a wrong field is refused at once when its seq and formula are readable', () => {
  expect(readFirst([7, 'hypotenuse', hypotenuseHash, 9, 12, 100])).toMatchObject({
    seq: 7,
    formula: 'hypotenuse',
    operands: 1,
    refusal: { code: 'invalid-request', message: expect.stringMatching(/^hypotenuse: operands: /) },
  });
});

test.each<[string, unknown]>([
  ['no list', { seq: 1 }],
  ['nothing', null],
  ['an empty list', []],
  ['no readable seq', ['1', squareHash, 12, 100]],
  ['seq 0', [0, squareHash, 12, 100]],
  ['half a seq', [1.5, squareHash, 12, 100]],
  ['a seq beyond 2^53', [2 ** 53, squareHash, 12, 100]],
])('a message with %s is dropped', (_what, fields) => {
  expect(readSquare(fields)).toBeUndefined();
  expect(readFirst(fields)).toBeUndefined();
  expect(readStatusRequest(fields)).toBeUndefined();
  expect(readHello(fields)).toBeUndefined();
  expect(readResult(square)(fields)).toBeUndefined();
});

test.each(['', 'Cube', 'a.b', 'square.request.1.abcdefghijkl', 'status', 'toString', 'x'.repeat(33), 5, null])(
  'an operand for %j is dropped, because an answer to it would have no topic',
  (formula) => {
    expect(readFirst([1, formula, hypotenuseHash, 2, 12, 100])).toBeUndefined();
  },
);

test('an outcome is read back as it was written', () => {
  const read = readResult(square);
  const success = { value: 144, fallbacks: [1, 2] as const };
  expect(read(sent(written(3, success)))).toEqual({ seq: 3, outcome: success });
  const refusal = failure('out-of-domain', 'too large to be squared');
  const reading = read(sent(written(3, refusal)));
  expect(reading).toEqual({ seq: 3, outcome: refusal });
  expect(isFailure(reading?.outcome)).toBe(true);
});

test.each<[string, unknown[]]>([
  ['a value of another type', [1, 0, '144', []]],
  ['no value', [1, 0]],
  ['NaN for a value', [1, 0, Number.NaN, []]],
  ['a value without lanes', [1, 0, 144]],
  ['a lane that does not exist', [1, 0, 144, [9]]],
  ['a numeric code that is not 0', [1, 1, 'message']],
  ['no message', [1, 'internal']],
  ['an object for a message', [1, 'internal', {}]],
])('a result with %s is dropped', (_what, fields) => {
  expect(readResult(square)(fields)).toBeUndefined();
});

test('a failure code that is not in the table counts as internal', () => {
  for (const code of ['teapot', '', 'toString', '__proto__']) {
    expect(readResult(square)([1, code, 'short and stout'])).toEqual({
      seq: 1,
      outcome: failure('internal', 'short and stout'),
    });
  }
});

test('the text of a failure is cut by the sender and by the reader', () => {
  const long = 'x'.repeat(failureTextMax + 1);
  expect(written(1, failure('internal', long))[2]).toHaveLength(failureTextMax);
  const reading = readResult(square)([1, 'internal', long]);
  expect(reading?.outcome).toEqual(failure('internal', 'x'.repeat(failureTextMax)));
});

test('a status request and its result are read', () => {
  expect(readStatusRequest(sent(statusRequestLayout.write({ seq: 2, ttlMs: 250 })))).toStrictEqual({
    seq: 2,
    ttlMs: 250,
    trace: undefined,
    input: undefined,
    refusal: undefined,
  });
  expect(readStatusRequest([2, 'soon'])?.refusal?.code).toBe('invalid-request');
  const report = {
    role: 'op-server',
    serves: ['square.1'],
    host: 'here',
    pid: 42,
    sinceMs: 1.7e12,
    inFlight: 0,
    answered: 9,
  };
  const outcome = { value: report, fallbacks: [] };
  expect(readStatusResult(sent(written(2, outcome)))).toEqual({ seq: 2, outcome });
  expect(readStatusResult([2, 0, { ...report, role: 'client' }, []])).toBeUndefined();
  const withTables = { value: { ...report, tables: { remembered: 3 } }, fallbacks: [] };
  expect(readStatusResult(sent(written(2, withTables)))).toEqual({ seq: 2, outcome: withTables });
  expect(readStatusResult([2, 0, { ...report, tables: { remembered: 'many' } }, []])).toBeUndefined();
});

test('the reader of a hello returns its counter', () => {
  expect(readHello([5])).toBe(5);
  expect(readHello([0])).toBeUndefined();
});

test('no message makes a reader throw', () => {
  const field = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(squareHash, hypotenuseHash, 'hypotenuse', 0, 1, 2, undefined, Number.NaN),
  );
  const readers = [
    readSquare,
    readFirst,
    readThird,
    readResult(square),
    readStatusRequest,
    readStatusResult,
    readHello,
  ];
  fc.assert(
    fc.property(fc.oneof(fc.array(field, { maxLength: 8 }), field), (fields) => {
      for (const read of readers) read(fields);
    }),
    { numRuns: 5_000 },
  );
});

test('every finite operand except -0 arrives unchanged', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0));
  fc.assert(
    fc.property(finite, (value) => {
      const message = { seq: 1, formula: hypotenuse.name, contract: hypotenuseHash, operands: 2, value, ttlMs: 1 };
      expect(readFirst(sent(operandLayout.write(message)))?.value).toBe(value);
    }),
    { numRuns: 1_000 },
  );
});
