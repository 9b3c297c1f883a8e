import type { AppProcess, LogEvent } from '@cateto/cluster';
import { startProcess } from '@cateto/cluster';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Network } from './network.ts';
import { createNetwork, networkRefused } from './network.ts';

const [a, b, c] = ['10.43.96.50', '10.43.103.58', '10.43.103.51'] as const;
const all = [a, b, c];
const program = fileURLToPath(new URL('beacon-program.ts', import.meta.url));

interface Beacons {
  readonly network: Network;
  readonly at: Readonly<Record<string, AppProcess>>;
}

/** Three hosts that send numbers to each other. A partition cuts off the first. */
async function beacons(): Promise<Beacons> {
  const network = await createNetwork(all, [a]);
  const processes = all.map((host) =>
    startProcess({
      name: `beacon on ${host}`,
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      args: ['--import', 'tsx', program, host, ...all.filter((other) => other !== host)],
      prefix: network.on(host),
    }),
  );
  onTestFinished(async () => {
    for (const one of processes) one.kill('SIGKILL');
    await Promise.all(processes.map(({ ended }) => ended));
    await network.remove();
  });
  const at = Object.fromEntries(all.map((host, index) => [host, processes[index] as AppProcess]));
  for (const [from, to] of ways) await hears(at, to, from);
  return { network, at };
}

const ways = all.flatMap((from) => all.filter((to) => to !== from).map((to) => [from, to] as const));

function hears(at: Beacons['at'], listener: string, speaker: string): Promise<LogEvent | undefined> {
  return Promise.resolve(at[listener]?.waitForNext('heard', ({ from }) => from === speaker));
}

/**
 * Waits until a host has heard another 30 more times. By then, everything that was on its way has arrived or is lost.
 */
async function hearsOften(at: Beacons['at'], listener: string, speaker: string): Promise<void> {
  for (let times = 0; times < 30; times += 1) await hears(at, listener, speaker);
}

/** @returns the hosts that a host hears meanwhile, while it, or another host, still hears the rest */
async function heardMeanwhile(listener: AppProcess | undefined, meanwhile: () => Promise<void>): Promise<string[]> {
  const before = listener?.events.length ?? 0;
  await meanwhile();
  return [...new Set(listener?.events.slice(before).map(({ from }) => String(from)))].toSorted();
}

/** Delays each `ip` by 50 ms, as on a machine whose cores are busy. */
async function slowCommands(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cateto-slow-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const slow = join(folder, 'ip');
  await writeFile(slow, '#!/bin/sh\nflock "$0" sleep 0.05 && PATH=${PATH#*:} exec ip "$@"\n');
  await chmod(slow, 0o755);
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
}

const refused = await networkRefused();

describe.skipIf(refused !== undefined && process.env['CI'] === undefined)('a network of namespaces', () => {
  test('messages from one host to another are lost until the repair, and all others arrive', async () => {
    const { network, at } = await beacons();
    await network.cutOneWay(a, b);
    await hearsOften(at, b, c);
    expect(await heardMeanwhile(at[b], () => hearsOften(at, b, c))).toEqual([c]);
    expect(await heardMeanwhile(at[a], () => hearsOften(at, a, b))).toEqual([c, b].toSorted());
    expect(await heardMeanwhile(at[c], () => hearsOften(at, c, a))).toEqual([a, b].toSorted());
    const again = hears(at, b, a);
    await network.heal();
    await again;
  });

  test('an unplugged host neither sends nor receives until it is plugged in', async () => {
    const { network, at } = await beacons();
    await network.unplug(a);
    await hearsOften(at, b, c);
    const atA = heardMeanwhile(at[a], () => hearsOften(at, b, c));
    expect(await heardMeanwhile(at[b], () => hearsOften(at, b, c))).toEqual([c]);
    expect(await atA).toEqual([]);
    const again = [hears(at, b, a), hears(at, a, b)];
    await network.heal();
    await Promise.all(again);
  });

  test('a partition separates both sides at one moment, however long commands take, and leaves each side intact', async () => {
    const { network, at } = await beacons();
    await slowCommands();
    await network.partition();
    await Promise.all([hearsOften(at, b, c), hearsOften(at, c, b)]);
    const [lastAtB = 0, lastAtC = 0] = [b, c].map((host) => {
      return Number(at[host]?.events.findLast(({ from }) => from === a)?.['number']);
    });
    // The cut may come between the two messages of one turn.
    expect(Math.abs(lastAtB - lastAtC)).toBeLessThanOrEqual(1);
    const atA = heardMeanwhile(at[a], () => hearsOften(at, b, c));
    expect(await heardMeanwhile(at[b], () => hearsOften(at, b, c))).toEqual([c]);
    expect(await atA).toEqual([]);
    const again = ways.map(([from, to]) => hears(at, to, from));
    await network.heal();
    await Promise.all(again);
  });

  test('two networks with the same addresses can exist at once, and each removes only its own parts', async () => {
    const [one, other] = await Promise.all([createNetwork(all), createNetwork(all)]);
    onTestFinished(() => other.remove());
    expect(one.on(a)).not.toEqual(other.on(a));
    await one.remove();
    await other.unplug(a);
    await other.heal();
  });

  test('a network that cannot be created leaves nothing behind', async () => {
    await expect(createNetwork([a, 'nowhere'])).rejects.toThrow('nowhere');
    const left = await createNetwork([]);
    onTestFinished(() => left.remove());
  });
});
