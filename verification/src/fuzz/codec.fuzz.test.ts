import type { OperandReading, RequestReading, ResultReading } from '@cateto/contracts';
import {
  calculator,
  createCodec,
  decodeBeat,
  encodeBeat,
  failureTable,
  isAddress,
  isFailure,
  isLane,
  isName,
  lanes,
  limits,
  readHello,
  readNamed,
  readOperand,
  readOperationRequest,
  readResult,
  readStatusRequest,
  readStatusResult,
  StatusReport,
  topicShape,
} from '@cateto/contracts';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { address, hostileBody, message, mutate } from './bodies.ts';
import { fuzz } from './fuzzing.ts';

/*
 * Reads bytes of hostile peers. Each reader returns what its schema promises, or refuses the bytes. Where a check runs
 * for every message it does without `expect`, which costs more than the reading.
 */

const codec = createCodec();
const { formulas, operations } = calculator;

function must(holds: boolean, what: string, given: unknown): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(given)}`);
}

function isSeq(seq: number): boolean {
  return Number.isSafeInteger(seq) && seq >= 1;
}

function mustBeRequest(read: RequestReading | OperandReading | undefined): void {
  if (read === undefined) return;
  const { seq, ttlMs, trace, refusal } = read;
  must(isSeq(seq) && ttlMs >= 0 && ttlMs <= limits.ttlMsMax, 'no request', read);
  must(trace === undefined || trace.length <= limits.traceMax, 'no trace', read);
  must(refusal === undefined || isFailure(refusal), 'no refusal', read);
}

function mustBeResult(read: ResultReading | undefined, fits: (value: unknown) => boolean): void {
  if (read === undefined) return;
  const { seq, outcome } = read;
  must(isSeq(seq), 'no seq', read);
  if (isFailure(outcome)) {
    must(Object.hasOwn(failureTable, outcome.code), 'no code', read);
    must(outcome.message.length <= limits.failureTextMax, 'no text', read);
  } else {
    must(
      fits(outcome.value) &&
        outcome.fallbacks.every((lane) => lane === 0 || isLane(lane)) &&
        outcome.fallbacks.length <= limits.lanesMax + 1,
      'no result',
      read,
    );
  }
}

const readers = {
  operand: lanes.map((n) => ({ n, read: readOperand(calculator, n) })),
  square: readOperationRequest(calculator, operations.square),
  multiply: readOperationRequest(calculator, operations.multiply),
  hypotenuse: readResult(formulas.hypotenuse),
};
const routes = [
  'calc.request.1',
  'calc.square.request.1',
  'calc.hypotenuse.result',
  'calc.status.request',
  'calc.events.request',
  'calc.hello',
];

/** Every reader of the system on one message. */
function readAll(fields: unknown): void {
  for (const { n, read } of readers.operand) {
    const operand = read(fields);
    mustBeRequest(operand);
    if (operand === undefined) continue;
    must(isName(operand.formula), 'no name', operand);
    if (operand.refusal !== undefined) continue;
    const contract = formulas[operand.formula as keyof typeof formulas];
    must(operand.operands === contract.operands.length && n <= operand.operands, 'no operand', operand);
    must(contract.operands[n - 1]?.[1].safeParse(operand.value).success === true, 'no value', operand);
  }
  for (const name of ['square', 'multiply'] as const) {
    const request = readers[name](fields);
    mustBeRequest(request);
    if (request === undefined || request.refusal !== undefined) continue;
    must(operations[name].input.safeParse(request.input).success, 'no input', request);
  }
  mustBeRequest(readStatusRequest(fields));
  mustBeResult(readers.hypotenuse(fields), Number.isFinite);
  mustBeResult(readStatusResult(fields), (value) => StatusReport.safeParse(value).success);
  const counter = readHello(fields);
  must(counter === undefined || isSeq(counter), 'no counter', counter);
  for (const route of routes) readNamed(route, fields);
}

function decodeAll(body: Uint8Array): void {
  const batch = codec.decode(body);
  if (typeof batch === 'string') {
    must(batch === 'not-messagepack' || batch === 'not-a-batch', 'no fault', batch);
  } else {
    must(isAddress(batch.sender) && isSeq(batch.settledBelow), 'no batch', batch);
    const { stragglers = [] } = batch;
    must(stragglers.length <= limits.stragglersMax && stragglers.every(isSeq), 'no stragglers', stragglers);
    must(batch.messages.length <= limits.batchMessagesMax, 'too many messages', batch.messages.length);
    for (const fields of batch.messages) readAll(fields);
  }
}

describe('any bytes of a stranger', () => {
  fuzz(
    'a body is a batch whose every message fits its contract, or is refused: nothing throws',
    30,
    fc.property(hostileBody(address), (body) => decodeAll(body)),
  );

  fuzz(
    'a message with any field wrong is refused or read as its contract says',
    10,
    fc.property(message, (fields) => readAll(fields)),
  );

  const counter = fc.oneof(fc.double(), fc.constantFrom('one', null));
  const beat = fc
    .record({
      rank: fc.constantFrom('primary' as const, 'backup' as const),
      state: fc.constantFrom('standby' as const, 'active' as const, 'leaving' as const),
      epoch: fc.maxSafeNat(),
      incarnation: address,
      address,
      counters: fc.dictionary(fc.string({ maxLength: 8 }), counter as fc.Arbitrary<number>, { maxKeys: 3 }),
    })
    .filter(({ counters }) => !Object.hasOwn(counters, '__proto__'));
  const hits = fc.array(
    fc.tuple(fc.constantFrom('flip', 'set', 'cut', 'insert', 'repeat', 'bomb', 'truncate'), fc.nat(200), fc.nat(255)),
    { maxLength: 3 },
  );

  fuzz(
    'a beat is one, or is refused',
    5,
    fc.property(
      fc.oneof(
        hostileBody(address),
        fc.tuple(beat, hits).map(([one, with_]) => mutate(encodeBeat(one), with_)),
      ),
      (bytes) => {
        const read = decodeBeat(bytes);
        if (read === undefined) return;
        must(
          ['primary', 'backup'].includes(read.rank) && ['standby', 'active', 'leaving'].includes(read.state),
          'no beat',
          read,
        );
        must(Number.isSafeInteger(read.epoch) && read.epoch >= 0, 'no epoch', read);
        must(isAddress(read.address) && isAddress(read.incarnation), 'no address', read);
        must(Object.values(read.counters).every(Number.isFinite), 'no counters', read);
      },
    ),
  );

  const words = fc.constantFrom(
    'calc',
    'request',
    'result',
    'hello',
    'broker',
    'status',
    'square',
    '1',
    '9',
    '',
    'x'.repeat(33),
  );
  const topic = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .tuple(fc.array(words, { maxLength: 5 }), fc.oneof(address, fc.string({ maxLength: 13 })))
      .map(([parts, end]) => [...parts, end].join('.')),
  );

  fuzz(
    'a topic is a route and an address, or none',
    5,
    fc.property(topic, (text) => {
      const shape = topicShape(text);
      if (shape === undefined) return;
      expect(isAddress(shape.address)).toBe(true);
      expect(text).toBe(
        shape.shape === 'marker' ? `calc.broker.${shape.epoch}.${shape.address}` : `${shape.route}.${shape.address}`,
      );
    }),
  );
});
