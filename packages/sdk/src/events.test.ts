import { placeOf } from '@cateto/bus';
import { describe, expect, onTestFinished, test } from 'vitest';
import { catalogue, formulas, handlers } from './double.test-support.ts';
import type { EventsOptions, SystemEvent, SystemEvents } from './index.ts';
import type { SimulatedSystem } from './testing/index.ts';
import { simulate } from './testing/index.ts';

/* The history of a system, in virtual time. */

function started(): SimulatedSystem {
  const system = simulate();
  system.serve({ catalogue, handlers, host: 'op' });
  system.serve({ catalogue, handlers, formulas, operations: [], host: 'calc' });
  return system;
}

/** The events that have happened, as a new client sees them. */
async function history(system: SimulatedSystem, options: EventsOptions = {}): Promise<readonly SystemEvent[]> {
  await using client = system.connect({ catalogue });
  return await taken(client.events({ ...options, follow: false }));
}

async function taken(events: SystemEvents): Promise<readonly SystemEvent[]> {
  const all: SystemEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The next event of this name, of a broker or server of this rank or role if one is given. */
async function next(events: SystemEvents, name: string, of?: string): Promise<SystemEvent> {
  for (;;) {
    const { value, done } = await events.next();
    if (done === true) throw new Error(`there was no ${name}`);
    const { rank, role } = value.process;
    if (value.event === name && (of ?? rank ?? role) === (rank ?? role)) return value;
  }
}

const names = (events: readonly SystemEvent[]): readonly string[] =>
  events.map(({ process, event }) => `${process.rank ?? process.role} ${event}`);

describe('the events of a system', () => {
  test('a client that comes after a failover learns what happened during it, and when', async () => {
    const system = started();
    const client = system.connect({ catalogue });
    await client.twice(1);
    await system.pass(10_000 - system.nowMs());
    system.crash('broker');
    await client.twice(2);
    await system.pass(5_000);
    const all = await history(system, { sinceMs: 8_000 });
    expect(names(all)).toEqual(
      expect.arrayContaining(['calc-server active-broker-lost', 'backup active', 'calc-server active-broker-reached']),
    );
    const at = (name: string): number => all.find(({ event }) => event === name)?.at ?? Number.NaN;
    const order = ['active-broker-lost', 'broker-down', 'active', 'active-broker-reached'].map(at);
    expect(order.toSorted((one, other) => one - other)).toEqual(order);
    expect(order[0]).toBeGreaterThanOrEqual(10_000);
    expect(order.at(-1)).toBeLessThan(10_250);
    const active = all.find(({ event }) => event === 'active');
    expect(active).toMatchObject({
      clockOffsetMs: 0,
      process: { role: 'broker', rank: 'backup' },
      fields: { epoch: 2, cause: 'peer-refused' },
    });
    // The broker that died has taken its history along; the others know what it did.
    expect(all.filter(({ process }) => process.rank === 'primary')).toEqual([]);
  });

  test('a time leaves out what happened before it, and what happened then is not lost', async () => {
    const system = started();
    await system.pass(10_000);
    const ready = await history(system);
    expect(names(ready)).toEqual(expect.arrayContaining(['op-server ready', 'primary active', 'backup broker-up']));
    expect(await history(system, { sinceMs: 8_000 })).toEqual([]);
    system.crash('op');
    await system.pass(1_000);
    const recent = await history(system, { sinceMs: 8_000 });
    expect(new Set(names(recent))).toEqual(
      new Set(['primary listener-down', 'backup listener-down', 'calc-server listener-down']),
    );
    expect(recent.find(({ process }) => process.rank === 'backup')?.fields).toMatchObject({ ended: true });
  });

  test('a reader gets each event once, in the order of their times, as they happen', async () => {
    const system = started();
    await system.pass(1_000);
    await using client = system.connect({ catalogue });
    const events = client.events();
    await events.caughtUp;
    system.crash('broker');
    const active = await next(events, 'active');
    expect(system.nowMs() - active.at).toBeLessThan(1_500);
    system.restart('broker');
    const ready = await next(events, 'broker-up', 'backup');
    system.crash('op');
    const down = await next(events, 'listener-down', 'backup');
    expect(down.at).toBeGreaterThan(ready.at);
    await events.return();
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('a reader continues at the position of another one, also after a failover, and misses nothing', async () => {
    const system = started();
    await system.pass(1_000);
    const first = system.connect({ catalogue });
    const events = first.events();
    const before = [await next(events, 'ready'), await next(events, 'ready')];
    const position = JSON.parse(JSON.stringify(events.position())) as Record<string, number>;
    await first.close();
    system.crash('broker');
    await system.pass(2_000);
    const after = await history(system, { after: position });
    expect(after.map(({ id }) => id)).not.toEqual(expect.arrayContaining(before.map(({ id }) => id)));
    expect(names(after)).toEqual(expect.arrayContaining(['backup active', 'calc-server active-broker-reached']));
    for (const { id } of after) {
      const { history: of, n } = placeOf({ id });
      expect(n).toBeGreaterThan(position[of] ?? 0);
    }
    // Together with those that were read before, there is no gap.
    const whole = (await history(system)).map(({ id }) => id);
    const read = new Set(after.map(({ id }) => id));
    const known = ({ history: of, n }: ReturnType<typeof placeOf>): boolean => n <= (position[of] ?? 0);
    expect(whole.filter((id) => !read.has(id) && !known(placeOf({ id })))).toEqual([]);
  });

  test('a server that drains says so, and is read while it drains', async () => {
    const system = simulate();
    const server = system.serve({
      catalogue,
      handlers: { double: () => new Promise(() => undefined) },
      drainMs: 3_000,
    });
    system.serve({ catalogue, handlers, formulas, operations: [], host: 'calc' });
    await system.pass(1_000);
    const client = system.connect({ catalogue });
    const call = expect(client.twice(1, { timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'cancelled' });
    const events = client.events();
    await events.caughtUp;
    await system.pass(100);
    const drained = server.drain();
    expect(await next(events, 'draining')).toMatchObject({ process: { role: 'op-server' } });
    await drained;
    await client.close();
    await call;
  });

  test('a server that refuses another version of a contract says so, with both hashes', async () => {
    const system = started();
    await system.pass(1_000);
    const { twice } = catalogue.formulas;
    const other = { ...catalogue, hashes: new Map([...catalogue.hashes].map(([name]) => [name, 1])) };
    const client = system.connect({ catalogue: other });
    expect(twice.name).toBe('twice');
    await expect(client.twice(1, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'contract-mismatch' });
    const refused = (await history(system)).filter(({ event }) => event === 'contract-refused');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.fields).toMatchObject({ name: 'twice', cause: expect.stringContaining('00000001') as string });
  });

  test('without any broker the history is empty, and what is missing is named', async () => {
    const system = started();
    await system.pass(1_000);
    system.crash('broker');
    system.crash('backup');
    await using client = system.connect({ catalogue });
    const events = client.events({ follow: false });
    expect(await taken(events)).toEqual([]);
    expect(events.missing()).toEqual([
      'the broker at backup:1: connect ECONNREFUSED backup:1',
      'the broker at broker:1: connect ECONNREFUSED broker:1',
      'the servers: no active broker is reached',
    ]);
  });

  test('closing a client ends its events, and a client that is closed opens none', async () => {
    const system = started();
    await system.pass(1_000);
    const client = system.connect({ catalogue });
    const events = client.events();
    await events.caughtUp;
    const rest = taken(events);
    await client.close();
    expect((await rest).length).toBeGreaterThan(0);
    expect(() => client.events()).toThrow('closed');
  });

  test.each([
    [{ sinceMs: -1 }, 'events: sinceMs -1 is not a number of milliseconds above 0'],
    [{ waitMs: 0 }, 'events: a wait of 0 ms is not above 0 and at most a day'],
    [{ after: { a: 'x' } }, 'events: after is not what position() returned'],
    [{ folow: true }, 'events: there is no option "folow"; there are after, sinceMs, follow, waitMs'],
    [null, 'events takes its options as an object'],
  ])('events refuses the options %j', async (options, message) => {
    const system = started();
    await using client = system.connect({ catalogue });
    expect(() => client.events(options as unknown as EventsOptions)).toThrow(message);
  });

  test('processes send no event while nobody reads', async () => {
    const system = started();
    const passed: string[] = [];
    onTestFinished(
      system.drop(({ topic }) => {
        if (topic.startsWith('calc.events.')) passed.push(topic);
        return false;
      }),
    );
    await system.pass(1_000);
    system.crash('broker');
    await system.pass(5_000);
    expect(passed).toEqual([]);
    await history(system);
    expect(passed.length).toBeGreaterThan(0);
  });
});
