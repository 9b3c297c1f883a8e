import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reservedTopicWords } from '../catalogue/names.ts';
import {
  addressed,
  formulaResultTopic,
  cancelTopic,
  helloTopic,
  markerTopic,
  operandTopic,
  operationRequestTopic,
  operationResultTopic,
  statusRequestTopic,
  statusResultTopic,
  eventsRequestTopic,
  eventsResultTopic,
} from './topics.ts';
import { isLane, lanes } from './lanes.ts';
import { topicShape } from './topic-table.ts';

const somewhere = 'k3f0q9x2m1zd';
const address = fc.stringMatching(/^[a-z0-9]{12}$/);
const lane = fc.constantFrom(...lanes);
const name = fc
  .stringMatching(/^[a-z][a-zA-Z0-9]{0,31}$/)
  .filter((text) => !reservedTopicWords.some((word) => word === text));

test('the seven topics of the paper are instances of the contracts', () => {
  expect([
    operandTopic(1),
    operandTopic(2),
    operationRequestTopic('square', 1),
    operationRequestTopic('square', 2),
    operationResultTopic('square', 1),
    operationResultTopic('square', 2),
    formulaResultTopic('hypotenuse'),
  ]).toEqual([
    'calc.request.1',
    'calc.request.2',
    'calc.square.request.1',
    'calc.square.request.2',
    'calc.square.result.1',
    'calc.square.result.2',
    'calc.hypotenuse.result',
  ]);
});

test('no addressed topic is a prefix of another, also not calc.request.1 of calc.request.10', () => {
  expect(addressed('calc.request.10', somewhere).startsWith(addressed('calc.request.1', somewhere))).toBe(false);
  expect(topicShape(addressed('calc.request.10', somewhere))).toBeUndefined();
  expect(topicShape(addressed('calc.request.1', somewhere))).toEqual({
    shape: 'request',
    route: 'calc.request.1',
    address: somewhere,
  });
});

test('no addressed topic of a catalogue is a prefix of another', () => {
  const topic = fc.oneof(
    lane.map((n) => operandTopic(n)),
    fc.tuple(name, lane).map(([operation, n]) => operationRequestTopic(operation, n)),
    fc.tuple(name, lane).map(([operation, n]) => operationResultTopic(operation, n)),
    name.map((formula) => formulaResultTopic(formula)),
    fc.constantFrom(helloTopic, statusRequestTopic, statusResultTopic, eventsRequestTopic, eventsResultTopic),
  );
  const onTheWire = fc.tuple(topic, address).map(([route, to]) => addressed(route, to));
  fc.assert(
    fc.property(onTheWire, onTheWire, (one, other) => {
      fc.pre(one !== other);
      expect(one.startsWith(other)).toBe(false);
    }),
  );
});

test('the form of a topic tells its kind, its route and its address', () => {
  const requests = fc.oneof(
    lane.map((n): string => operandTopic(n)),
    fc.tuple(name, lane).map(([operation, n]) => operationRequestTopic(operation, n)),
    fc.constantFrom(statusRequestTopic, eventsRequestTopic),
  );
  const results = fc.oneof(
    fc.tuple(name, lane).map(([operation, n]): string => operationResultTopic(operation, n)),
    name.map((formula) => formulaResultTopic(formula)),
    fc.constantFrom(statusResultTopic, eventsResultTopic),
  );
  const known = fc.oneof(
    requests.map((route) => ({ shape: 'request', route })),
    results.map((route) => ({ shape: 'result', route })),
    fc.constant({ shape: 'hello', route: helloTopic }),
    fc.constant({ shape: 'cancel', route: cancelTopic }),
  );
  fc.assert(
    fc.property(known, address, ({ shape, route }, to) => {
      expect(topicShape(addressed(route, to))).toEqual({ shape, route, address: to });
    }),
  );
});

test('the form of a marker tells its epoch and its broker', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), address, (epoch, broker) => {
      expect(topicShape(markerTopic(epoch, broker))).toEqual({ shape: 'marker', epoch, address: broker });
    }),
  );
});

test.each([
  '',
  '.',
  'calc.',
  'calc',
  somewhere,
  `.${somewhere}`,
  'calc.request.1',
  'calc.request.1.',
  `calc.request.0.${somewhere}`,
  `calc.request.9.${somewhere}`,
  `calc.request.01.${somewhere}`,
  `calc.request.${somewhere}`,
  `calc.square.request.${somewhere}`,
  `calc.square.request.10.${somewhere}`,
  `calc.square.request.1.2.${somewhere}`,
  `calc.Square.request.1.${somewhere}`,
  `calc.${'x'.repeat(33)}.result.${somewhere}`,
  `calc.request.request.1.${somewhere}`,
  `calc.status.request.1.${somewhere}`,
  `calc.status.result.1.${somewhere}`,
  `calc.events.request.1.${somewhere}`,
  `calc.events.result.1.${somewhere}`,
  `calc.broker.result.${somewhere}`,
  `calc.hello.1.${somewhere}`,
  `calc.hello.${somewhere}x`,
  `calc.hello.${somewhere}\n`,
  `calc.hello.${somewhere.toUpperCase()}`,
  `other.hello.${somewhere}`,
  `xcalc.hello.${somewhere}`,
  `calc.broker.${somewhere}`,
  `calc.broker.-1.${somewhere}`,
  `calc.broker.01.${somewhere}`,
  `calc.broker.1e3.${somewhere}`,
  `calc.broker.9007199254740992.${somewhere}`,
  'calc.broker.1',
  `calc.broker.1.${somewhere}.${somewhere}`,
])('%j has no form of this protocol', (topic) => {
  expect(topicShape(topic)).toBeUndefined();
});

test('no text makes the parser of topics throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void topicShape(text)));
});

test('a lane is one of 1 to 8', () => {
  expect([0, 1, 8, 9, 1.5, Number.NaN, -1].filter(isLane)).toEqual([1, 8]);
});
