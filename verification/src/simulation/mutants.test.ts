import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkBehindLongWork } from './behind-long-work.test-support.ts';
import { trySeed } from './campaign.ts';
import type { Mutant } from './mutants.test-support.ts';
import { mutants } from './mutants.test-support.ts';
import type { Mode } from './scenario.ts';
import { checkStrangers } from './strangers.test-support.ts';
import type { Violation } from './violation.ts';

const broken = vi.hoisted(() => ({ mutant: undefined as Mutant | undefined }));

/** The real factories of machines. While a mutant is set, each returns the mutant's machine. */
function breakable<M extends object>(real: M): M {
  const changed = Object.entries(real).map(([name, create]) => {
    if (!name.startsWith('create')) return [name, create];
    const make = (...given: never[]): unknown => {
      const mutated = broken.mutant?.(real as never)[name as keyof ReturnType<Mutant>];
      return ((mutated ?? create) as (...given: never[]) => unknown)(...given);
    };
    return [name, make];
  });
  return Object.fromEntries(changed) as M;
}

vi.mock('@cateto/protocol', async (original) => breakable(await original<object>()));
vi.mock('../../../packages/bus/src/broker/subscription-table.ts', async (original) =>
  breakable(await original<object>()),
);
vi.mock('../../../packages/protocol/src/requester/failing-servers.ts', async (original) =>
  breakable(await original<object>()),
);
vi.mock('../../../packages/protocol/src/requester/leases.ts', async (original) => breakable(await original<object>()));
vi.mock('../../../packages/protocol/src/requester/path-proofs.ts', async (original) =>
  breakable(await original<object>()),
);
vi.mock('../../../packages/bus/src/runs/origin-line.ts', async (original) => breakable(await original<object>()));
vi.mock('../../../packages/protocol/src/requester/silence.ts', async (original) => breakable(await original<object>()));
vi.mock('../../../packages/protocol/src/requester/servers.ts', async (original) => breakable(await original<object>()));

/** The seed to start with for some mutants: earlier seeds find nothing and only take time. */
const firstLook: Readonly<Record<string, readonly [from: number, mode: Mode]>> = {
  'a server runs every copy of a request': [4, 'any'],
  'a server forgets its answers': [8, 'any'],
  'an answer settles another request': [4, 'any'],
  'the hello is sent only once': [17, 'any'],
  'requests are sent before the return path is confirmed': [79, 'failovers'],
  'requests are not resent when a broker takes over': [1, 'failovers'],
  'a requester waits for a server that vanished': [19, 'one-at-a-time'],
  'servers send no beats': [1, 'work'],
  'a lease is forgotten at once': [1, 'work'],
  'no beat is sent before a handler blocks': [3, 'work'],
  'windows are ignored': [2, 'load'],
  'the watermark passes a slow request without naming it': [9, 'work'],
  'a requester ignores that a server drains': [89, 'restarts'],
  'clients take turns at servers by number': [1, 'shares'],
  'a request moves at once when its server is not listed any more': [3, 'cuts'],
  'clients do not take turns': [3, 'load'],
  'the other calls of a failed formula are computed': [2, 'load'],
  'the end of a server counts as a withdrawal': [4, 'fatal'],
  'a withdrawal counts as the end of a server': [8, 'restarts'],
  'a lease never ends': [21, 'misbehaving'],
  'a lease is forgotten at a failover': [21, 'work-failovers'],
  'requests move although no broker forwards': [1, 'pauses'],
  'a server does not have to earn its window': [17, 'misbehaving'],
  'a server that fails attracts the requests that wait': [36, 'misbehaving'],
  'a lack of room counts as a lack of listeners': [3, 'load'],
  'a deadline passes unnoticed': [4, 'any'],
  'a broker waits for a silent peer': [10, 'one-at-a-time'],
  'a broker withdraws its listeners before its marker': [55, 'failovers'],
  'a broker announces its marker before its listeners': [95, 'failovers'],
  'a broker mistakes a restarted peer for the former one': [28, 'any'],
};
const seedsMax = 60;

const blocked = { delayMs: [0.05, 0.3], blockedMs: 1_000 } as const;

/** Mutants that no or only one of many seeds finds, so that a scenario of their own looks for them. */
const scenes: Readonly<Record<string, () => Promise<readonly Violation[]>>> = {
  'no request is given back': () => checkBehindLongWork(1),
  'a returned request stays at its server': () => checkBehindLongWork(1),
  'a server begins what arrived while it was blocked': () => checkStrangers(1, { ...blocked, calcServers: 2 }),
};

describe('the simulation finds the mutant', () => {
  afterEach(() => {
    broken.mutant = undefined;
  });

  test.each(Object.entries(mutants))(
    'the simulation finds the mutant: %s',
    { timeout: 300_000 },
    async (name, mutant) => {
      broken.mutant = mutant;
      const scene = scenes[name];
      if (scene !== undefined) return expect(await scene()).not.toEqual([]);
      const [from, mode] = firstLook[name] ?? [1];
      for (let seed = from; seed < from + seedsMax; seed += 1) {
        const { violations } = await trySeed(seed, mode);
        if (violations.length > 0) return;
      }
      expect.fail(`none of ${seedsMax} seeds from ${from} on finds it`);
    },
  );
});
