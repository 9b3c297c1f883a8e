import { calculator, createCodec, hashOf, limits } from '@cateto/contracts';
import fc from 'fast-check';

/*
 * Bodies of hostile peers: arbitrary bytes, bytes that are nearly MessagePack, and honest bodies with something wrong
 * in them.
 */

const codec = createCodec();

/** Mostly head bytes and few literals, so that most of these bodies are nearly MessagePack. */
const heads = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0x80, max: 0xaf }) },
  { weight: 4, arbitrary: fc.integer({ min: 0xc0, max: 0xdf }) },
  { weight: 2, arbitrary: fc.nat(0xff) },
  { weight: 1, arbitrary: fc.constant(0xff) },
);

const arbitraryBytes = fc.uint8Array({ maxLength: 48, size: 'max' });
const nearlyMessagePack = fc.array(heads, { maxLength: 32, size: 'max' }).map((bytes) => Uint8Array.from(bytes));

export const address = fc
  .integer({ min: 0, max: 36 ** 8 - 1 })
  .map((number) => number.toString(36).padStart(12, 'hostile'));

/** Integers, mainly at the bounds. */
export const wholeNumber = fc.oneof(
  fc.integer({ min: 1, max: 50 }),
  fc.constantFrom(0, -1, 0.5, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY),
);

const contract = fc.constantFrom(
  ...['hypotenuse', 'leg', 'diagonal', 'square', 'multiply'].map((name) => hashOf(calculator, name)),
  0,
  2 ** 32,
);

const ttlMs = fc.constantFrom(0, 1, 1_000, 5_000, limits.ttlMsMax, limits.ttlMsMax + 1, -1);
const value = fc.oneof(fc.double(), fc.constantFrom(12, 13, 1e200, [2, 3], 'x', null, { a: 1 }));
const formula = fc.constantFrom(
  'hypotenuse',
  'leg',
  'diagonal',
  'unheardOf',
  'request',
  '__proto__',
  'constructor',
  '',
);
const code = fc.constantFrom('internal', 'overloaded', 'contract-mismatch', 'toString', '__proto__', 'unknown');
const text = fc.constantFrom('no', '', 'x'.repeat(limits.failureTextMax + 1));
const fallbacks = fc.constantFrom([], [1], [1, 2, 9], 'none', [1.5], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
const report = fc.record({
  role: fc.constantFrom('op-server', 'king'),
  serves: fc.constantFrom([], ['square.1'], [1], [null, null]),
  host: text,
  pid: wholeNumber,
  sinceMs: wholeNumber,
  inFlight: wholeNumber,
  answered: wholeNumber,
  version: fc.constantFrom(undefined, '1.0.0', 'x'.repeat(65)),
  contracts: fc.constantFrom(undefined, { square: 1358948392 }, { square: 'none' }, { __proto__: 1 }, [1]),
  runs: wholeNumber,
  handlingMs: fc.constantFrom(undefined, 0.04, -1, 1e99, 'long'),
  slots: fc.constantFrom(undefined, 1, -1, 1.5, 'many'),
  queued: wholeNumber,
  windows: fc.constantFrom(undefined, { square: 16 }, { square: 'all' }, { __proto__: 1 }, [1]),
});

const operand = fc.tuple(wholeNumber, formula, contract, wholeNumber, value, ttlMs, text);
const operationRequest = fc.tuple(wholeNumber, contract, value, ttlMs, text);
const success = fc.tuple(wholeNumber, fc.constant(0), fc.oneof(value, report), fallbacks);
const failed = fc.tuple(wholeNumber, code, text);
const statusRequest = fc.tuple(wholeNumber, ttlMs);
const eventsRequest = fc.tuple(wholeNumber, fc.constantFrom('k3f0q9x2m1zd', '', null), wholeNumber, ttlMs);
const eventsReport = fc.record({
  process: fc.constantFrom({ role: 'broker', rank: 'backup', host: 'x', pid: 1 }, { role: 'king' }, null),
  history: fc.constantFrom('k3f0q9x2m1zd', ''),
  clockMs: wholeNumber,
  after: wholeNumber,
  last: wholeNumber,
  events: fc.array(
    fc.record({
      n: wholeNumber,
      atMs: wholeNumber,
      event: text,
      fields: fc.constantFrom({}, { a: [text] }, { __proto__: 1 }, 1),
    }),
    { maxLength: 3 },
  ),
});
const events = fc.tuple(wholeNumber, fc.constant(0), eventsReport, fallbacks);
const hello = fc.tuple(wholeNumber);

/**
 * A message of any kind, with mostly correct fields. One field may have another type, and the message may be cut short.
 */
export const message = fc
  .tuple(
    fc.oneof<fc.Arbitrary<unknown[]>[]>(
      operand,
      operationRequest,
      success,
      events,
      failed,
      statusRequest,
      eventsRequest,
      hello,
    ),
    fc.option(fc.tuple(fc.nat(6), fc.jsonValue({ maxDepth: 2 })), { freq: 3 }),
    fc.option(fc.nat(7), { freq: 6 }),
  )
  .map(([fields, other, length]) => {
    const count = Math.min(length ?? Infinity, Math.max(fields.length, (other?.[0] ?? 0) + 1));
    return Array.from({ length: count }, (_, index) => (other?.[0] === index ? other[1] : (fields[index] ?? null)));
  });

/** A body with a correct batch, whatever its messages are. */
export function bodyFrom(senders: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(
      senders,
      wholeNumber,
      fc.array(message, { maxLength: 4 }),
      fc.option(fc.array(wholeNumber, { maxLength: 3 }), { nil: undefined, freq: 3 }),
    )
    .map(([sender, settledBelow, messages, stragglers]) => codec.encode(sender, settledBelow, messages, stragglers));
}

type Mutation = readonly [
  kind: 'flip' | 'set' | 'cut' | 'insert' | 'repeat' | 'bomb' | 'truncate',
  at: number,
  byte: number,
];

const mutation: fc.Arbitrary<Mutation> = fc.tuple(
  fc.constantFrom('flip', 'set', 'cut', 'insert', 'repeat', 'bomb', 'truncate'),
  fc.nat(400),
  fc.nat(255),
);

const bombs = [
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdf, 0xff, 0xff, 0xff, 0xff],
  [0xdb, 0xff, 0xff, 0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff],
  [0xc9, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xdd, 0x01, 0xff, 0xff, 0xff],
  Array.from({ length: 40 }, () => 0x91),
  Array.from({ length: 5 }, () => [0xdc, 0xff, 0xff]).flat(),
];

/** @returns bytes of its own */
export function mutate(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  let made = [...bytes];
  for (const [kind, where, byte] of mutations) {
    const at = made.length === 0 ? 0 : where % made.length;
    if (kind === 'flip') made[at] = (made[at] ?? 0) ^ (1 << (byte & 7));
    else if (kind === 'set') made[at] = byte;
    else if (kind === 'cut') made.splice(at, 1 + (byte & 7));
    else if (kind === 'insert') made.splice(at, 0, byte);
    else if (kind === 'repeat') made.splice(at, 0, ...made.slice(at, at + 1 + (byte & 31)));
    else if (kind === 'bomb') made.splice(at, byte & 3, ...(bombs[byte % bombs.length] ?? []));
    else made = made.slice(0, at);
  }
  return Uint8Array.from(made);
}

/** Everything that a hostile peer may send as a body. */
export function hostileBody(senders: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  const mutated = fc
    .tuple(bodyFrom(senders), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([body, mutations]) => mutate(body, mutations));
  return fc.oneof(
    { weight: 1, arbitrary: arbitraryBytes },
    { weight: 2, arbitrary: nearlyMessagePack },
    { weight: 3, arbitrary: bodyFrom(senders) },
    { weight: 5, arbitrary: mutated },
  );
}
