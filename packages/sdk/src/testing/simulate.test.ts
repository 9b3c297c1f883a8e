import type { BusEvent } from '@cateto/bus';
import { describe, expect, onTestFinished, test } from 'vitest';
import { catalogue, formulas, handlers } from '../double.test-support.ts';
import { simulate } from './simulate.ts';

describe('a simulated system', () => {
  test('a simulated system answers in virtual time, without waiting in real time', async () => {
    const network = simulate();
    network.serve({ catalogue, handlers, formulas });
    const client = network.connect({ catalogue });
    const { value, elapsedMs } = await client.twice(21);
    expect(value).toBe(42);
    expect(elapsedMs).toBeGreaterThan(50);
    expect((await client.twice(1)).elapsedMs).toBeLessThan(20);
  });

  test('a simulated system gives the same course of events for the same seed', async () => {
    async function course(seed: number): Promise<readonly string[]> {
      const events: string[] = [];
      const note = (event: BusEvent): void => void events.push(JSON.stringify(event));
      const network = simulate({ seed, onEvent: note });
      network.serve({ catalogue, handlers, formulas, onEvent: note });
      const client = network.connect({ catalogue, onEvent: note });
      await client.twice(1);
      network.crash('broker');
      events.push(String((await client.twice(2)).elapsedMs));
      return events;
    }
    expect(await course(7)).toEqual(await course(7));
    expect(await course(7)).not.toEqual(await course(8));
  });

  test('calls are answered after a broker crashes', async () => {
    const network = simulate();
    network.serve({ catalogue, handlers, formulas });
    const client = network.connect({ catalogue });
    await client.twice(1);
    network.crash('broker');
    expect(await client.twice(2)).toMatchObject({ value: 4 });
    network.restart('broker');
    await network.pass(500);
    network.crash('backup');
    const { value, elapsedMs } = await client.twice(3);
    expect(value).toBe(6);
    expect(elapsedMs).toBeLessThan(100);
  });

  test('calls fall back while an op-server is stopped, and use it again when it resumes', async () => {
    const network = simulate();
    network.serve({ catalogue, handlers, host: 'op' });
    network.serve({ catalogue, handlers, formulas, operations: [], host: 'calc', operationTimeoutMs: 300 });
    const client = network.connect({ catalogue });
    await network.pass(200);
    expect((await client.twice(1)).fallbacks).toEqual([]);
    network.stop('op');
    expect((await client.twice(2)).fallbacks).toEqual([1]);
    network.resume('op');
    await network.pass(1_000);
    expect((await client.twice(3)).fallbacks).toEqual([]);
  });

  test('a call is held while its client is cut off, and sent when the connection is restored', async () => {
    const network = simulate();
    network.serve({ catalogue, handlers, formulas });
    const client = network.connect({ catalogue });
    await client.twice(1);
    network.cut('client-1', 'broker');
    const asked = client.twice(2, { timeoutMs: 60_000 });
    await network.pass(10_000);
    network.heal('client-1', 'broker');
    const { value, elapsedMs } = await asked;
    expect(value).toBe(4);
    expect(elapsedMs).toBeGreaterThan(10_000);
  });

  test('a call whose answers are all lost is resent, and fails at its deadline', async () => {
    const network = simulate();
    network.serve({ catalogue, handlers, formulas });
    const client = network.connect({ catalogue });
    await client.twice(1);
    let lost = 0;
    const end = network.drop(({ topic, to }) => {
      const answer = topic.startsWith('calc.twice.result.') && to === 'client-1';
      lost += answer ? 1 : 0;
      return answer;
    });
    await expect(client.twice(2, { timeoutMs: 5_000 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect(lost).toBeGreaterThan(3);
    end();
    expect((await client.twice(3)).value).toBe(6);
  });

  test('an exception in a callback of the test is an uncaught exception of the test, and the system goes on', async () => {
    const uncaught: unknown[] = [];
    const restore = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => uncaught.push(error));
    onTestFinished(() => {
      process.removeAllListeners('uncaughtException');
      for (const listener of restore) process.on('uncaughtException', listener);
    });
    let thrown = 0;
    const broken = (): never => {
      thrown += 1;
      throw new Error('broken');
    };
    const network = simulate({ onEvent: broken });
    network.serve({ catalogue, handlers, formulas });
    const end = network.drop(broken);
    expect((await network.connect({ catalogue }).twice(21)).value).toBe(42);
    end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(thrown).toBeGreaterThan(3);
    expect(uncaught).toHaveLength(thrown);
  });

  test('a slow host does not slow down its neighbours', async () => {
    const network = simulate();
    for (const host of ['calc-1', 'calc-2']) network.serve({ catalogue, handlers, formulas, host });
    const client = network.connect({ catalogue });
    await network.pass(200);
    network.slow('calc-1', 20);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => client.twice(index)));
    expect(answers.map(({ value }) => value)).toEqual(answers.map((_, index) => 2 * index));
  });

  test('a simulated system reports its status', async () => {
    const network = simulate();
    network.serve({ catalogue, handlers, formulas });
    const client = network.connect({ catalogue });
    await client.twice(1);
    const { brokers, servers, degraded } = await client.status();
    expect(brokers.map(({ state }) => state)).toEqual(['active', 'standby']);
    expect(servers).toHaveLength(2);
    expect(degraded).toBe(false);
  });

  test('a fault for an unknown host is refused, and the message lists the hosts', () => {
    expect(() => simulate().crash('brokre')).toThrow(/nothing runs on brokre; there are broker, backup/);
  });
});
