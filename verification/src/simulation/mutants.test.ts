import { afterEach, describe, expect, test, vi } from 'vitest';
import { trySeed } from './campaign.ts';
import type { Mutant } from './mutants.test-support.ts';
import { mutants } from './mutants.test-support.ts';
import type { Mode } from './scenario.ts';

const broken = vi.hoisted(() => ({ mutant: undefined as Mutant | undefined }));

/** The real functions that make machines, each giving the mutant's machine while there is one. */
function breakable<M extends object>(real: M): M {
  const changed = Object.entries(real).map(([name, create]) => {
    if (!name.startsWith('create')) return [name, create];
    const make = (argument: never): unknown => {
      const mutated = broken.mutant?.(real as never)[name as keyof ReturnType<Mutant>];
      return ((mutated ?? create) as (given: never) => unknown)(argument);
    };
    return [name, make];
  });
  return Object.fromEntries(changed) as M;
}

vi.mock('@cateto/protocol', async (original) => breakable(await original<object>()));
vi.mock('../../../packages/bus/src/broker/subscription-table.ts', async (original) =>
  breakable(await original<object>()),
);

/** Where to look first: the seeds before find nothing, and would only take time. */
const firstLook: Readonly<Record<string, readonly [from: number, mode: Mode]>> = {
  'requests are not sent again when a broker takes over': [1, 'failovers'],
  'no server says that it is at work': [1, 'work'],
  'a lease is forgotten at once': [1, 'work'],
  'nobody is told before a handler blocks': [3, 'work'],
  'windows are ignored': [1, 'load'],
  'a slow request is passed and not named': [1, 'work'],
  'nothing is given back': [11, 'load'],
  'what is given back stays where it was': [3, 'load'],
  'clients take no turns': [3, 'load'],
  'what is left of a failed formula is computed': [1, 'load'],
  'the end of a server is a withdrawal like any other': [1, 'fatal'],
  'a withdrawal is the end of a server': [173, 'any'],
  'a deadline passes unnoticed': [2, 'any'],
  'a silent peer is waited for': [10, 'one-at-a-time'],
  'a broker withdraws its listeners before its marker': [1, 'failovers'],
  'a broker announces its marker before its listeners': [49, 'failovers'],
  'a broker takes its peer, started anew, for the one that is gone': [28, 'any'],
};
const seedsMax = 60;

describe('the simulation finds out', () => {
  afterEach(() => {
    broken.mutant = undefined;
  });

  test.each(Object.entries(mutants))('%s', { timeout: 300_000 }, async (name, mutant) => {
    broken.mutant = mutant;
    const [from, mode] = firstLook[name] ?? [1];
    for (let seed = from; seed < from + seedsMax; seed += 1) {
      const { violations } = await trySeed(seed, mode);
      if (violations.length > 0) return;
    }
    expect.fail(`none of ${seedsMax} seeds from ${from} on finds it`);
  });
});
