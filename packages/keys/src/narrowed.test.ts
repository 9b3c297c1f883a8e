import { expect, test } from 'vitest';
import { createAccess } from './access.ts';
import type { Grant } from './access.ts';
import type { AccessEntry } from './access-schema.ts';
import { isNarrowed } from './narrowed.ts';
import { quotasOfGrant } from './quotas.ts';

function grant(entry: Partial<AccessEntry>): Grant {
  const [made] = createAccess(
    { keys: [{ name: 'a', publicKey: 'k', roles: ['op-server'], ...entry }] },
    () => 'abc123',
  ).grants;
  if (made === undefined) throw new Error('no grant');
  return made;
}

test.each<[Partial<AccessEntry>, Partial<AccessEntry>, boolean]>([
  [{}, {}, false],
  [{}, { roles: ['op-server', 'client'] }, false],
  [{ roles: ['op-server', 'client'] }, {}, true],
  [{}, { operations: ['price'] }, true],
  [{ operations: ['price'] }, {}, false],
  [{ operations: ['price'] }, { operations: ['price', 'cube'] }, false],
  [{ operations: ['price', 'cube'] }, { operations: ['price'] }, true],
  [{ lanes: [1] }, { lanes: [2] }, true],
  [{}, { formulas: ['spread'] }, true],
  [{}, { expires: '2100-01-01T00:00:00Z' }, false],
  [{}, { connectionsMax: 1 }, false],
])('the change from %j to %j narrows: %s', (before, after, narrowed) => {
  expect(isNarrowed(grant(before), grant(after))).toBe(narrowed);
});

test('a key of several roles has the largest quotas of them, and its entry bounds its connections', () => {
  const both = quotasOfGrant(grant({ roles: ['observer', 'client'] }));
  expect(both).toEqual({ connectionsMax: 1_000, subscriptionsMax: 4_096 });
  expect(quotasOfGrant(grant({ connectionsMax: 7 })).connectionsMax).toBe(7);
});
