import { addressed } from '@cateto/contracts';
import type { AccessEntry } from '@cateto/keys';
import { createAccess } from '@cateto/keys';
import { expect, test } from 'vitest';
import type { GateEvent } from './gate.ts';
import { createGate } from './gate.ts';

const request = addressed('calc.request.1', 'k3f0q9x2m1zd');
const result = addressed('calc.spread.result', 'aaaaaa111111');

function entry(publicKey: string, more: Partial<AccessEntry> = {}): AccessEntry {
  return { name: `desk ${publicKey}`, publicKey, roles: ['client'], ...more };
}

function gateFor(keys: readonly AccessEntry[]) {
  let nowMs = Date.UTC(2026, 0, 1);
  const events: GateEvent[] = [];
  const access = (listed: readonly AccessEntry[]) => createAccess({ keys: listed }, (key) => key.repeat(6));
  const gate = createGate(
    access(keys),
    () => nowMs,
    (event) => events.push(event),
  );
  const open = new Set<string>();
  const cut: string[] = [];
  /** As the sockets of a broker do. */
  const recheck = (): void => {
    for (const key of open) if (gate.authorize(key) !== undefined) cut.push(key);
  };
  return {
    gate,
    events,
    cut,
    recheck,
    pass: (ms: number) => (nowMs += ms),
    replace: (next: readonly AccessEntry[]) => gate.replace(access(next), recheck),
    connect(key: string) {
      open.add(key);
      return gate.open(key);
    },
  };
}

test('a key that is not listed or has expired is refused, and the reason is reported', () => {
  const { gate, events, pass } = gateFor([entry('a', { expires: '2026-01-01T00:00:01Z' })]);
  expect(gate.authorize('a')).toBeUndefined();
  expect(gate.authorize('b')).toBe('the key is not listed');
  pass(1_000);
  expect(gate.authorize('a')).toBe('the key has expired');
  expect(events).toEqual([
    { what: 'refused', name: 'key b', cause: 'the key is not listed' },
    { what: 'refused', name: 'desk a', cause: 'the key has expired' },
  ]);
});

test('a program that needs another role than its key has is refused, and the reason names both', () => {
  const { gate, events } = gateFor([
    entry('a', { roles: ['op-server'] }),
    entry('b', { roles: ['client', 'observer'] }),
  ]);
  const cause = 'the key has the role op-server, and the program needs client or observer';
  expect(gate.authorize('a', ['client', 'observer'])).toBe(cause);
  expect(events).toEqual([{ what: 'refused', name: 'desk a', cause }]);
  expect(gate.authorize('b', ['calc-server'])).toBe(
    'the key has the roles client and observer, and the program needs calc-server',
  );
  expect(gate.authorize('a', ['op-server'])).toBeUndefined();
  expect(gate.authorize('b', ['observer'])).toBeUndefined();
});

test('a program that says nothing of roles, or names a role of another version, connects', () => {
  const { gate } = gateFor([entry('a')]);
  for (const roles of [undefined, [], [''], ['role-of-next-year']]) expect(gate.authorize('a', roles)).toBeUndefined();
});

test('a connection publishes and subscribes as its role allows, and every refusal is reported', () => {
  const { events, connect } = gateFor([entry('a')]);
  const pass = connect('a');
  expect(pass.publish(request)).toBeUndefined();
  expect(pass.publish(result)).toBe('publish: formulaResult');
  expect(pass.subscribe(result, 0)).toBeUndefined();
  expect(pass.subscribe('calc.', 1)).toBe('subscribe: no topic of a role');
  expect(pass.subscribe(addressed('calc.request.1', 'aaaaaa111111'), 1)).toBe('subscribe: operand');
  expect(events).toEqual([
    { what: 'accepted', name: 'desk a' },
    { what: 'right-refused', name: 'desk a', cause: 'publish: formulaResult' },
    { what: 'right-refused', name: 'desk a', cause: 'subscribe: no topic of a role' },
    { what: 'right-refused', name: 'desk a', cause: 'subscribe: operand' },
  ]);
});

test('an observer reads prefixes, as many as it needs', () => {
  const { connect } = gateFor([entry('a', { roles: ['observer'] })]);
  const pass = connect('a');
  expect(pass.subscribe('calc.', 99)).toBeUndefined();
  expect(pass.subscribe('calc.', 100)).toBe('subscribe: more than the role needs');
});

test('a key has no more connections than its entry allows, and an ended connection makes room', () => {
  const { gate, cut, connect, recheck, replace } = gateFor([entry('a', { connectionsMax: 2 })]);
  const first = connect('a');
  connect('a');
  expect(gate.authorize('a')).toBe('the key has 2 connections, as many as it may have');
  // A change of the list cuts no connection that is within the bound.
  replace([entry('a', { connectionsMax: 2 }), entry('b')]);
  gate.expire(recheck);
  expect(cut).toEqual([]);
  first.closed();
  expect(gate.authorize('a')).toBeUndefined();
});

test.each<[string, readonly AccessEntry[]]>([
  ['the key is not listed', [entry('b')]],
  ['the key has expired', [entry('a', { expires: '2025-01-01T00:00:00Z' }), entry('b')]],
  ['the key may do less than before', [entry('a', { formulas: ['spread'] }), entry('b')]],
])('connections are cut at once when, after a change, %s, and the others stay', (cause, next) => {
  const { events, cut, connect, replace } = gateFor([entry('a'), entry('b')]);
  connect('a');
  const kept = connect('b');
  replace(next);
  expect(cut).toEqual(['a']);
  expect(events.at(-1)).toMatchObject({ what: 'cut', cause });
  expect(kept.publish(request)).toBeUndefined();
});

test('a key with more rights than before keeps its connections, which use them at once', () => {
  const { cut, connect, replace } = gateFor([entry('a')]);
  const pass = connect('a');
  expect(pass.publish(result)).toBe('publish: formulaResult');
  replace([entry('a', { roles: ['client', 'calc-server'] })]);
  expect(cut).toEqual([]);
  expect(pass.publish(result)).toBeUndefined();
});

test('a connection that comes after a narrowing has the new rights, also before the old ones have ended', () => {
  const { gate, connect, replace } = gateFor([entry('a')]);
  const old = connect('a');
  replace([entry('a', { formulas: ['straddle'] })]);
  expect(gate.authorize('a')).toBeUndefined();
  const next = gate.open('a');
  expect(next.subscribe(result, 0)).toBe('subscribe: formulaResult');
  old.closed();
  expect(gate.open('a').subscribe(result, 0)).toBe('subscribe: formulaResult');
});

test('a connection whose key left the list during its handshake may do nothing', () => {
  const { gate, replace } = gateFor([entry('a')]);
  expect(gate.authorize('a')).toBeUndefined();
  replace([]);
  expect(gate.open('a').publish(request)).toBe('the key is not listed');
});

test('connections of an expired key are cut when their time has come, and the next time is known', () => {
  const { gate, cut, pass, connect, recheck } = gateFor([
    entry('a', { expires: '2026-01-02T00:00:00Z' }),
    entry('b', { expires: '2026-01-03T00:00:00Z' }),
  ]);
  connect('a');
  connect('b');
  expect(gate.expire(recheck)).toBe(Date.UTC(2026, 0, 2));
  expect(cut).toEqual([]);
  pass(86_400_000);
  expect(gate.expire(recheck)).toBe(Date.UTC(2026, 0, 3));
  expect(cut).toEqual(['a']);
});
