import { expect, test } from 'vitest';
import { failureTextMax } from '../messages/limits.ts';
import { messageWriter, readNamed } from './topic-table.ts';

const operand = { seq: 1, formula: 'hypotenuse', contract: 5, operands: 2, value: 12, ttlMs: 100 };
const request = { seq: 1, contract: 5, input: 12, ttlMs: 100, trace: 't' };
const success = { seq: 1, code: 0, value: 144, fallbacks: [] };
const refused = { seq: 1, code: 'out-of-domain', message: 'too large' };

const written: readonly (readonly [string, object, unknown[]])[] = [
  ['calc.request.2', operand, [1, 'hypotenuse', 5, 2, 12, 100]],
  ['calc.square.request.1', request, [1, 5, 12, 100, 't']],
  ['calc.square.result.1', success, [1, 0, 144, []]],
  ['calc.square.result.1', refused, [1, 'out-of-domain', 'too large']],
  ['calc.hypotenuse.result', { ...success, fallbacks: [1] }, [1, 0, 144, [1]]],
  ['calc.status.request', { seq: 1, ttlMs: 100 }, [1, 100]],
  ['calc.status.result', refused, [1, 'out-of-domain', 'too large']],
  ['calc.events.request', { seq: 1 }, [1]],
  ['calc.events.request', { seq: 1, history: 'k3f0q9x2m1zd', after: 7 }, [1, 'k3f0q9x2m1zd', 7]],
  ['calc.events.request', { seq: 1, agoMs: 60_000 }, [1, undefined, undefined, 60_000]],
  ['calc.hello', { counter: 3 }, [3]],
];

test.each(written)('a message on %s is written in wire order and gets its names back', (topic, message, fields) => {
  expect(messageWriter(topic)(message)).toEqual(fields);
  expect(readNamed(topic, fields)).toEqual(message);
});

test.each(['calc.request.9', 'calc.square.request', 'calc.broker.1', 'calc.', ''])(
  '%j is not a topic to publish on, and messages on it get no field names',
  (topic) => {
    expect(() => messageWriter(topic)).toThrow(new TypeError(`${topic} is not a topic to publish on`));
    expect(readNamed(topic, [1, 2, 3])).toBeUndefined();
  },
);

test('a message that does not fit its topic gets no field names', () => {
  expect(readNamed('calc.request.1', [1, 5, 12, 100])).toBeUndefined();
  expect(readNamed('calc.square.result.1', [1, 0, 144])).toBeUndefined();
  expect(readNamed('calc.hello', 'hello')).toBeUndefined();
});

test('the text of a failure is cut to its bound', () => {
  const [, , text] = messageWriter('calc.leg.result')({ ...refused, message: 'x'.repeat(failureTextMax + 1) });
  expect(text).toHaveLength(failureTextMax);
});
