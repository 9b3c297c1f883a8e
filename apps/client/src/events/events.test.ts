import type { EventsOptions, SystemEvent } from '@cateto/sdk';
import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { outputClosed } from '../context.ts';
import { captured, runHere } from '../in-memory.test-support.ts';
import { jsonOutputs } from '../json-outputs.ts';
import { eventLine } from './line.ts';
import { readSince } from './since.ts';

const at = new Date(2025, 4, 9, 8, 7, 6, 54).getTime();
const active: SystemEvent = {
  id: 'hhhhhhhhhhhh-7',
  at,
  clockOffsetMs: 0,
  uncertaintyMs: 1,
  process: { role: 'broker', rank: 'backup', host: 'beta', pid: 12, address: 'bbbbbbbbbbbb' },
  event: 'active',
  fields: { epoch: 2, cause: 'peer-refused', silentMs: 38 },
};
const up: SystemEvent = {
  ...active,
  id: 'gggggggggggg-3',
  process: { role: 'calc-server', host: 'gamma', pid: 13, address: 'cccccccccccc' },
  event: 'listener-up',
  fields: { address: 'dddddddddddd', routes: ['calc.square.request.1', 'calc.square.request.2'] },
};
const plain = { strong: String, faint: String, good: String, bad: String };

async function* happened(...events: readonly SystemEvent[]): AsyncGenerator<SystemEvent> {
  yield* events;
}

/** Happens once, and then nothing more does. */
async function* followed(ending: AbortController, reason: unknown, ...events: readonly SystemEvent[]) {
  yield* events;
  ending.abort(reason);
  await new Promise(() => undefined);
}

describe('the command events', () => {
  test('events prints an event a line, with local time, process, and the fields of the log', async () => {
    vi.setSystemTime(at);
    const ran = await runHere(['events', '--no-follow'], { events: () => happened(active, up) });
    vi.useRealTimers();
    expect(ran).toMatchObject({ exitCode: 0, stderr: '', open: 0 });
    expect(ran.stdout.split('\n')).toEqual([
      '08:07:06.054  backup beta bbbbbbbbbbbb  active epoch=2 cause=peer-refused silentMs=38',
      '08:07:06.054  calc-server gamma cccccccccccc  listener-up address=dddddddddddd routes="square 1-2"',
      '',
    ]);
  });

  test('events shows the date of an event of another day, and how uncertain the time of another clock is', () => {
    const line = eventLine({ ...active, clockOffsetMs: 9, uncertaintyMs: 3 }, new Date(2025, 4, 10), plain);
    expect(line).toMatch(/^2025-05-09 08:07:06\.054 ±3 ms {2}backup /);
  });

  test('events prints lines like those in docs/running.md', () => {
    const page = readFileSync(new URL('../../../../docs/running.md', import.meta.url), 'utf8');
    const lines = /^## Events$.*?^```\n(.*?)^```/msu.exec(page)?.[1]?.trimEnd().split('\n') ?? [];
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      const [time = '', who = '', said = ''] = line.split('  ');
      const [role = '', host = '', address = ''] = who.split(' ');
      const [event = '', ...words] = said.split(' ');
      const fields = words.map((word) => word.split('='));
      const then = new Date(`2025-05-09T${time}`);
      const happening: SystemEvent = {
        ...active,
        at: then.getTime(),
        process: { role: role as SystemEvent['process']['role'], host, pid: 1, address },
        event,
        fields: Object.fromEntries(fields.map(([name = '', value = '']) => [name, value])),
      };
      expect(eventLine(happening, then, plain)).toBe(line);
    }
  });

  test('events --json prints a line of JSON for each event, which fits its schema', async () => {
    const { stdout } = await runHere(['events', '--no-follow', '--json'], { events: () => happened(active, up) });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([active, up]);
    for (const line of lines) expect(() => jsonOutputs.events?.parse(JSON.parse(line))).not.toThrow();
  });

  test('events --since asks for the events of that time only', async () => {
    const asked: EventsOptions[] = [];
    const events = (options: EventsOptions) => {
      asked.push(options);
      return happened();
    };
    await runHere(['events', '--since', '5m', '--no-follow'], { events });
    expect(asked).toEqual([{ sinceMs: 300_000, follow: false }]);
    expect(await runHere(['events', '--since', 'yesterday'], { events })).toMatchObject({ exitCode: 2, calls: [] });
    expect(asked).toHaveLength(1);
  });

  test('--since counts from the start of the command, however long the program takes to start', async () => {
    const asked: EventsOptions[] = [];
    const events = (options: EventsOptions) => {
      asked.push(options);
      return happened();
    };
    const startedMs = performance.now() - 8_000;
    await runHere(['events', '--since', '10s', '--no-follow'], { startedMs, events });
    expect(asked[0]?.sinceMs).toBeGreaterThanOrEqual(18_000);
  });

  test.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
  ])('--since %s is %i milliseconds', (text, ms) => {
    expect(readSince(text)).toBe(ms);
  });

  test.each(['', '5', 'm', '0s', '-5m', '5 m', '1e3s', '5M'])('--since %j is refused', (text) => {
    expect(() => readSince(text)).toThrow('such as 90s, 5m, 2h or 1d');
  });

  test('events follows until Ctrl-C, then exits silently with 130', async () => {
    const ending = new AbortController();
    const ran = await runHere(['events'], { ending, events: () => followed(ending, undefined, active) });
    expect(ran).toMatchObject({ exitCode: 130, stderr: '', open: 0 });
    expect(ran.stdout).toMatch(/active epoch=2 .*\n$/);
  });

  test('events ends silently with 141 when the reader has gone', async () => {
    const ending = new AbortController();
    const events = () => followed(ending, outputClosed, active);
    expect(await runHere(['events'], { ending, events })).toMatchObject({ exitCode: 141, stderr: '' });
  });

  test('events names the processes whose events are missing, and ends with 1 when it does not follow', async () => {
    const missing = ['the broker at 127.0.0.1:5555: connection refused'];
    const told = 'events: incomplete without the broker at 127.0.0.1:5555: connection refused\n';
    const ended = await runHere(['events', '--no-follow', '--json'], { missing, events: () => happened(active) });
    expect(ended).toMatchObject({ exitCode: 1, stderr: told });
    expect(JSON.parse(ended.stdout)).toEqual(active);
    const ending = new AbortController();
    const ran = await runHere(['events'], { ending, missing, events: () => followed(ending, undefined, active) });
    expect(ran).toMatchObject({ exitCode: 130, stderr: told });
  });

  test('an event cannot steer the terminal or break the line', async () => {
    const hostile = 'x\u001b[2J\u009b2J\ny\u2028z\u202e';
    const { stdout } = await runHere(['events', '--no-follow'], {
      events: () =>
        happened({
          ...active,
          at: Number.NaN,
          process: { ...active.process, host: hostile },
          event: hostile,
          fields: { [hostile]: hostile, list: [hostile] },
        }),
    });
    expect(stdout).toMatch(/^no time[^\u001b\u009b\u2028\u202e\n]+\n$/);
  });

  test('events colours takeovers and losses on a terminal only', async () => {
    vi.stubEnv('NO_COLOR', '');
    const stdout = captured(true);
    const ran = await runHere(['events', '--no-follow'], { stdout, events: () => happened(active) });
    vi.unstubAllEnvs();
    expect(ran.stdout).toContain('\u001b[32mactive epoch=2');
  });
});
