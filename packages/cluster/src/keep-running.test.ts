import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { AppProcess } from './app-process.ts';
import { startProcess } from './app-process.ts';
import type { Holds } from './holds.ts';
import { createHolds } from './holds.ts';
import type { ProcessEvent, RestartPolicy } from './keep-running.ts';
import { keepRunning, restartPolicy } from './keep-running.ts';

/* Tests with real processes of a few lines, which are restarted sooner than those of a cluster. */

const ready = `process.stderr.write('{"event":"ready"}\\n');`;
const stay = `${ready} setInterval(() => {}, 1000);`;

function kept(code: string | ((start: number) => string), policy: RestartPolicy | undefined, holds?: Holds) {
  const codeOf = typeof code === 'string' ? () => code : code;
  const started: AppProcess[] = [];
  const aliveAtStart: number[] = [];
  const stopping = new AbortController();
  const heard = new EventTarget();
  const events: ProcessEvent[] = [];
  const alive = new Set<AppProcess>();

  function start(): AppProcess {
    aliveAtStart.push(alive.size);
    const one = startProcess({ name: 'tiny', cwd: '.', args: ['--eval', codeOf(started.length)] });
    started.push(one);
    alive.add(one);
    void one.ended.then(() => alive.delete(one));
    return one;
  }

  onTestFinished(() => {
    stopping.abort();
    for (const one of alive) one.kill('SIGKILL');
  });
  start();
  keepRunning(
    { plans: [{ name: 'tiny', app: 'op-server', args: [] }], get: () => started.at(-1) as AppProcess, start },
    {
      policy,
      holds,
      stopping: stopping.signal,
      onEvent(event) {
        events.push(event);
        heard.dispatchEvent(new Event('event'));
      },
    },
  );
  async function until(count: number): Promise<readonly ProcessEvent[]> {
    while (events.length < count) await once(heard, 'event');
    return events.slice(0, count);
  }
  const latest = (): AppProcess => started.at(-1) as AppProcess;
  return { until, latest, events, started, aliveAtStart, stopping };
}

const quick: RestartPolicy = { delaysMs: [1, 2, 4], healthyMs: 60_000 };

test('the first restart comes after three seconds, later ones after longer waits of at most a minute', () => {
  expect(restartPolicy.delaysMs[0]).toBe(3_000);
  expect(restartPolicy.delaysMs).toEqual(restartPolicy.delaysMs.toSorted((one, other) => one - other));
  expect(Math.max(...restartPolicy.delaysMs)).toBe(60_000);
  // Otherwise a process that is restarted after the longest delay would never count as healthy in between.
  expect(restartPolicy.healthyMs).toBe(60_000);
});

test('a killed process is restarted, and its end and its restart are reported', async () => {
  const { until, latest } = kept(stay, quick);
  await latest().waitFor('ready');
  latest().kill('SIGKILL');
  const [ended, started] = await until(2);
  expect(ended).toMatchObject({ event: 'process-ended', process: 'tiny', how: 'SIGKILL', restartMs: 1 });
  expect(started).toEqual({ event: 'process-started', process: 'tiny', processId: latest().pid });
  await latest().waitFor('ready');
});

test('two processes of one name never run at once, however often one ends', async () => {
  const { until, aliveAtStart } = kept(ready, quick);
  await until(10);
  expect(aliveAtStart).toEqual(aliveAtStart.map(() => 0));
});

test('the wait before a restart grows with each end, up to the longest wait', async () => {
  const { until } = kept(ready, quick);
  const ends = (await until(9)).filter(({ event }) => event === 'process-ended');
  expect(ends).toMatchObject([1, 2, 4, 4, 4].map((restartMs) => ({ restartMs })));
});

test('after a long run, the wait before a restart is the first one again', async () => {
  const { until } = kept(ready, { delaysMs: [1, 60_000], healthyMs: 1 });
  const ends = (await until(5)).filter(({ event }) => event === 'process-ended');
  expect(ends).toMatchObject([1, 1, 1].map((restartMs) => ({ restartMs })));
});

test('a process that ends before it is ready is reported as not started, with its output on stderr', async () => {
  const code = `process.stderr.write('port taken\\n'); process.exitCode = 1;`;
  const { until } = kept((start) => (start === 0 ? ready : code), quick);
  const [ended, , failed] = await until(3);
  expect(ended).toMatchObject({ event: 'process-ended', how: 0, said: undefined });
  expect(failed).toMatchObject({ event: 'process-not-started', how: 1, said: 'port taken', restartMs: 2 });
});

test('a missing program is retried until it exists', async () => {
  let built = false;
  const one = startProcess({ name: 'tiny', cwd: '.', args: ['--eval', ready] });
  const events: ProcessEvent[] = [];
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const again = new Promise<void>((resolve) => {
    keepRunning(
      {
        plans: [{ name: 'tiny', app: 'op-server', args: [] }],
        get: () => one,
        start() {
          if (!built) throw new Error('tiny is not built');
          return one;
        },
      },
      {
        policy: quick,
        stopping: stopping.signal,
        onEvent(event) {
          events.push(event);
          if (event.event === 'process-not-started') built = true;
          if (event.event === 'process-started') resolve();
        },
      },
    );
  });
  await again;
  expect(events[1]).toMatchObject({ event: 'process-not-started', how: undefined, said: 'tiny is not built' });
});

test('without a policy, the end of a process is reported and nothing is restarted', async () => {
  const { until, latest, started, events } = kept(stay, undefined);
  await latest().waitFor('ready');
  latest().kill('SIGKILL');
  expect(await until(1)).toMatchObject([{ event: 'process-ended', how: 'SIGKILL', restartMs: undefined }]);
  expect(started).toHaveLength(1);
  expect(events).toHaveLength(1);
});

test('a process that ends while the cluster stops is neither reported nor restarted', async () => {
  const { latest, started, events, stopping } = kept(stay, quick);
  await latest().waitFor('ready');
  stopping.abort();
  latest().kill('SIGKILL');
  await latest().ended;
  // Everything else that waits for the end learns of it one turn later.
  await nextTurn();
  expect([started.length, events.length]).toEqual([1, 0]);
});

test('a cluster that stops during a wait starts no process and leaves no timer', async () => {
  const { until, latest, started, stopping } = kept(stay, { delaysMs: [3_600_000], healthyMs: 1 });
  await latest().waitFor('ready');
  latest().kill('SIGKILL');
  await until(1);
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const waiting = timers();
  stopping.abort();
  expect(timers()).toBe(waiting - 1);
  expect(started).toHaveLength(1);
});

test('a process that a person has ended is not restarted before the person starts it, and then at once', async () => {
  const holds = createHolds();
  const { until, latest, started } = kept(stay, { delaysMs: [1], healthyMs: 60_000 }, holds);
  await latest().waitFor('ready');
  holds.hold('tiny');
  latest().kill('SIGKILL');
  expect(await until(1)).toMatchObject([{ event: 'process-ended', restartMs: undefined }]);
  expect(started).toHaveLength(1);
  holds.release('tiny');
  expect(await until(2)).toMatchObject([{}, { event: 'process-started' }]);
});

test('a process that waits for its restart can be started before that', async () => {
  const holds = createHolds();
  const { until, latest } = kept(stay, { delaysMs: [86_400_000], healthyMs: 60_000 }, holds);
  await latest().waitFor('ready');
  latest().kill('SIGKILL');
  expect(await until(1)).toMatchObject([{ restartMs: 86_400_000 }]);
  holds.release('tiny');
  expect(await until(2)).toMatchObject([{}, { event: 'process-started' }]);
});
