import { beforeAll, describe, expect, test, vi } from 'vitest';
import { z as newest } from 'zod';
import { z as zod40 } from 'zod-4.0';
import { z as zod43 } from 'zod-4.3';
import type { contractHash as ContractHash } from '../catalogue/contract-hash.ts';
import type * as Package from '../index.ts';
import { contractHash } from '../catalogue/contract-hash.ts';
import type { Operation } from '../catalogue/operation.ts';
import { goldenHashes } from './golden.test-support.ts';
import type { ZodRelease } from './samples.test-support.ts';
import { samplesOf } from './samples.test-support.ts';

/* A client and a server may have different releases of Zod. They agree when their hashes of a contract are the same. */

const releases = { 'zod-4.0': zod40, 'zod-4.3': zod43, zod: newest } as unknown as Record<string, ZodRelease>;

function hashesWith(hash: typeof ContractHash, z: ZodRelease): Record<string, number> {
  const named = Object.entries(samplesOf(z)).map(([name, output]) => {
    const contract = {
      kind: 'operation',
      name: 'sample',
      version: 1,
      input: z.number(),
      output,
    } as unknown as Operation;
    return [name, hash(contract)] as const;
  });
  return Object.fromEntries(named);
}

describe.each(Object.keys(releases))('%s', (release) => {
  const z = releases[release] as ZodRelease;
  let own: typeof Package;
  let ownHash: typeof ContractHash;
  let ownZod: ZodRelease;

  beforeAll(async () => {
    vi.resetModules();
    vi.doMock('zod', async () => import(release));
    own = await import('../index.ts');
    ({ contractHash: ownHash } = await import('../catalogue/contract-hash.ts'));
    ({ z: ownZod } = await import('./zod.ts'));
    return () => vi.doUnmock('zod');
  });

  test('the package runs with the release that a program has, and gives the golden hashes', () => {
    expect(ownZod.core.version).toEqual(z.core.version);
    expect(hashesWith(ownHash, z)).toEqual(goldenHashes);
  });

  test('schemas of the release have the golden hashes when the package has the newest', () => {
    expect(hashesWith(contractHash, z)).toEqual(goldenHashes);
  });

  test('the example catalogue has the hashes of the protocol', () => {
    expect(own.calculator.hashes.get('square')).toBe(1358948392);
    expect(own.calculator.hashes.get('hypotenuse')).toBe(601972187);
  });

  test('values are read and refused, in messages too', () => {
    const read = own.parser(z.object({ at: z.iso.date(), list: z.array(z.int()).min(1), note: z.string().optional() }));
    const value = { at: '2026-11-29', list: [1, 2] };
    expect(read(value)).toEqual({ fits: true, value });
    expect(read({ ...value, list: [] })).toMatchObject({ fits: false, problem: /^list: / });
    const request = { seq: 1, contract: 5, input: 12, ttlMs: 100 };
    const positions = own.operationRequestLayout.write(request);
    expect(own.operationRequestLayout.read(positions)).toEqual(request);
    expect(own.operationRequestLayout.read([...positions.slice(0, -1), -1])).toBeUndefined();
  });
});

test('schemas have one hash when they differ in descriptions, or in checks that JSON Schema cannot express', () => {
  const counted = new Map<number, string[]>();
  for (const [name, hash] of Object.entries(goldenHashes)) counted.set(hash, [...(counted.get(hash) ?? []), name]);
  const shared = [...counted.values()].filter((names) => names.length > 1);
  expect(shared).toEqual([
    ['number', 'refined'],
    ['e-mail', 'e-mail as a check'],
    ['strict object', 'read-only', 'described'],
    ['intersection', 'intersection described'],
  ]);
});
