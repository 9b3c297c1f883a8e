import type { Role, TopicKindName } from '@cateto/contracts';
import { addressed, lanes, markerTopic, roles, roleTable } from '@cateto/contracts';
import { exampleRoutes } from '@cateto/contracts/tools';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Grant } from './access.ts';
import { createDecider } from './decider.ts';
import { rights } from './rights.ts';

const own = 'abc123zzzzzz';
const foreign = 'k3f0q9x2m1zd';

const kinds = Object.keys(exampleRoutes) as readonly TopicKindName[];

function grantOf(granted: readonly Role[], narrowed: Partial<Grant> = {}): Grant {
  return {
    name: 'desk',
    publicKey: '',
    addressPrefix: 'abc123',
    roles: granted,
    operations: undefined,
    lanes: undefined,
    formulas: undefined,
    expiresAtMs: Number.POSITIVE_INFINITY,
    connectionsMax: undefined,
    ...narrowed,
  };
}

describe.each(roles)('%s', (role) => {
  const grant = grantOf([role]);

  test.each(kinds)(
    `a key with the role ${role} may publish on %s topics, and subscribe to its own, only as the table says`,
    (kind) => {
      const { publishes, receives, overhears } = roleTable[role];
      const route = exampleRoutes[kind];
      expect(rights(grant, 'publish', addressed(route, own))).toBe(publishes.has(kind));
      expect(rights(grant, 'publish', addressed(route, foreign))).toBe(publishes.has(kind) && kind !== 'hello');
      expect(rights(grant, 'subscribe', addressed(route, own))).toBe(receives.has(kind));
      expect(rights(grant, 'subscribe', addressed(route, foreign))).toBe(false);
      expect(rights(grant, 'subscribe', `${route}.`)).toBe(overhears.size > 0);
    },
  );

  test(`a key with the role ${role} may neither publish markers nor subscribe to them`, () => {
    expect(rights(grant, 'subscribe', markerTopic(3, own))).toBe(false);
    expect(rights(grant, 'publish', markerTopic(3, own))).toBe(false);
  });

  test(`a key with the role ${role} may publish nothing on a text that is not a topic, and subscribes to one only if it observes`, () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `calc.${rest}`),
    );
    fc.assert(
      fc.property(text, (topic) => {
        expect(rights(grant, 'publish', topic)).toBe(false);
        expect(rights(grant, 'subscribe', topic)).toBe(role === 'observer' && topic.startsWith('calc.'));
      }),
    );
  });
});

test('a key of several roles may do what one of them may', () => {
  const both = grantOf(['client', 'op-server']);
  expect(rights(both, 'publish', addressed(exampleRoutes.operand, foreign))).toBe(true);
  expect(rights(both, 'publish', addressed(exampleRoutes.operationResult, foreign))).toBe(true);
  expect(rights(both, 'publish', addressed(exampleRoutes.formulaResult, foreign))).toBe(false);
});

test('operations and lanes narrow what a server publishes and receives', () => {
  const server = grantOf(['op-server'], { operations: new Set(['price']), lanes: new Set([1, 8] as const) });
  const may = (action: 'publish' | 'subscribe', route: string): boolean =>
    rights(server, action, addressed(route, own));
  expect(lanes.filter((lane) => may('subscribe', `calc.price.request.${lane}`))).toEqual([1, 8]);
  expect(lanes.filter((lane) => may('publish', `calc.price.result.${lane}`))).toEqual([1, 8]);
  expect(lanes.filter((lane) => may('subscribe', `calc.cube.request.${lane}`))).toEqual([]);
  expect(lanes.filter((lane) => may('publish', `calc.cube.result.${lane}`))).toEqual([]);
  expect(may('subscribe', 'calc.status.request')).toBe(true);
});

test('formulas narrow which results a client receives and a calc-server publishes', () => {
  const formulas = new Set(['spread']);
  const client = grantOf(['client'], { formulas });
  expect(rights(client, 'subscribe', addressed('calc.spread.result', own))).toBe(true);
  expect(rights(client, 'subscribe', addressed('calc.straddle.result', own))).toBe(false);
  const server = grantOf(['calc-server'], { formulas });
  expect(rights(server, 'publish', addressed('calc.spread.result', foreign))).toBe(true);
  expect(rights(server, 'publish', addressed('calc.straddle.result', foreign))).toBe(false);
});

test.each([
  ['calc.', [false, false, false]],
  ['calc.price.', [false, false, false]],
  ['calc.price.request.', [true, false, true]],
  ['calc.price.request.1.', [true, true, true]],
  ['calc.price.request.2.', [true, false, true]],
  ['calc.price.result.1.', [true, true, true]],
  ['calc.price.result.', [true, false, false]],
  ['calc.cube.request.1.', [false, false, true]],
  ['calc.spread.result.', [false, false, true]],
  ['calc.spr', [false, false, false]],
  ['calc.request.1.', [true, true, false]],
  ['calc.hello.', [true, true, true]],
  ['calc.cancel.', [true, true, true]],
  ['calc.status.', [false, false, false]],
  ['calc.status.request.', [true, true, true]],
  ['calc.events.request.', [false, false, false]],
  ['calc.events.result.', [false, false, false]],
])('an observer of one operation, lane or formula may read the prefix %s as far as it is narrowed', (prefix, may) => {
  const operations = new Set(['price']);
  const observers = [
    grantOf(['observer'], { operations }),
    grantOf(['observer'], { operations, lanes: new Set([1] as const) }),
    grantOf(['observer'], { formulas: new Set(['spread']) }),
  ];
  expect(observers.map((grant) => rights(grant, 'subscribe', prefix))).toEqual(may);
});

test('only an observer whose key is not narrowed may read the events of processes', () => {
  const may = (grant: Grant): readonly boolean[] => [
    rights(grant, 'publish', addressed('calc.events.request', foreign)),
    rights(grant, 'subscribe', addressed('calc.events.result', own)),
  ];
  expect(may(grantOf(['client']))).toEqual([false, false]);
  expect(may(grantOf(['client', 'observer']))).toEqual([true, true]);
  expect(may(grantOf(['observer'], { operations: new Set(['price']) }))).toEqual([false, false]);
  expect(may(grantOf(['observer'], { lanes: new Set([1] as const) }))).toEqual([false, false]);
  expect(may(grantOf(['observer'], { formulas: new Set(['spread']) }))).toEqual([false, false]);
});

test('a remembered decision is the decision, also of more topics than are remembered', () => {
  const grant = grantOf(['op-server'], { operations: new Set(['price']) });
  const decider = createDecider(grant);
  const topics = Array.from({ length: 20_000 }, (_, index) =>
    addressed(index % 2 === 0 ? exampleRoutes.operationResult : 'calc.cube.result.1', String(index).padStart(12, '0')),
  );
  for (const topic of [...topics, ...topics.slice(0, 100)]) {
    expect(decider.mayPublish(topic)).toBe(rights(grant, 'publish', topic));
  }
  expect(decider.maySubscribe(addressed('calc.price.request.1', own))).toBe(true);
});
