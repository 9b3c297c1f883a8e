import { PassThrough } from 'node:stream';
import type { ObservedAt } from '@cateto/sdk';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { outputClosed } from '../context.ts';
import { captured, runHere } from '../in-memory.test-support.ts';
import { follower } from './follow.ts';
import { lineWriter } from './lines.ts';

const operand: ObservedAt = {
  at: new Date(2025, 4, 9, 8, 7, 6, 54).getTime(),
  topic: 'calc.request.1',
  to: 'cccccccccccc',
  sender: 'aaaaaaaaaaaa',
  id: 'aaaaaaaaaaaa-1',
  trace: 'aaaaaaaaaaaa-1',
  message: { seq: 1, formula: 'hypotenuse', value: 12, trace: 'aaaaaaaaaaaa-1' },
};
const square: ObservedAt = {
  ...operand,
  topic: 'calc.square.request.1',
  to: 'dddddddddddd',
  sender: 'cccccccccccc',
  id: 'cccccccccccc-7',
  message: { seq: 7, input: 12 },
};
const squared: ObservedAt = {
  ...square,
  topic: 'calc.square.result.1',
  to: 'cccccccccccc',
  sender: 'dddddddddddd',
  trace: undefined,
  message: { seq: 7, code: 0, value: 144 },
};
const other: ObservedAt = { ...operand, id: 'aaaaaaaaaaaa-2', trace: 'aaaaaaaaaaaa-2' };
const hello: ObservedAt = { ...operand, topic: 'calc.hello', id: undefined, trace: undefined, message: { counter: 1 } };

const all = [operand, square, squared, other, hello];

/** Watches while messages arrive, then ends the command. */
async function watched(args: readonly string[], messages: readonly ObservedAt[], reason?: unknown, terminal = false) {
  const ending = new AbortController();
  return runHere(['watch', ...args], {
    ending,
    stdout: captured(terminal),
    passing(show) {
      for (const message of messages) show(message);
      ending.abort(reason);
    },
  });
}

afterEach(() => vi.unstubAllEnvs());

describe('watch', () => {
  test('watch prints one message a line until Ctrl-C, then exits silently with 130', async () => {
    const ran = await watched([], [operand, hello]);
    expect(ran).toMatchObject({ exitCode: 130, stderr: '', open: 0 });
    expect(ran.stdout.split('\n')).toEqual([
      '08:07:06.054 calc.request.1 aaaaaaaaaaaa→cccccccccccc aaaaaaaaaaaa-1 formula="hypotenuse" value=12',
      '08:07:06.054 calc.hello aaaaaaaaaaaa→cccccccccccc counter=1',
      '',
    ]);
  });

  test('watch shows the trace of a message if it differs from the id', async () => {
    expect((await watched([], [square])).stdout).toMatch(/ cccccccccccc-7 input=12 trace="aaaaaaaaaaaa-1"\n$/);
  });

  test('watch --json prints a line of JSON for each message', async () => {
    const { stdout } = await watched(['--json'], all);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      all.map((message) => JSON.parse(JSON.stringify(message)) as unknown),
    );
  });

  test('watch --id shows one request, the requests that it caused, and their results', async () => {
    const { stdout } = await watched(['--json', '--id', 'aaaaaaaaaaaa-1'], all);
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as ObservedAt).id);
    expect(ids).toEqual(['aaaaaaaaaaaa-1', 'cccccccccccc-7', 'cccccccccccc-7']);
  });

  test('watch ends silently with 141 when the reader has gone', async () => {
    expect(await watched([], [operand], outputClosed)).toMatchObject({ exitCode: 141, stderr: '' });
  });

  test('a message cannot steer the terminal or break the line', async () => {
    const { stdout } = await watched(
      [],
      [{ ...operand, trace: 'a\u009b2J\nb', message: { value: 'x\u001by\u2028z' } }],
    );
    expect(stdout).toMatch(/^[^\u001b\u009b\u2028\n]+\n$/);
  });

  test('watch dims less important parts on a terminal only', async () => {
    vi.stubEnv('NO_COLOR', '');
    expect((await watched([], [operand], undefined, true)).stdout).toContain('\u001b[2m08:07:06.054\u001b[0m');
  });
});

describe('following a request', () => {
  test('watch --id follows the request’s trace if it has another name', () => {
    const follows = follower('aaaaaaaaaaaa-1');
    const named = all
      .slice(0, 3)
      .map((message) => (message.trace === undefined ? message : { ...message, trace: 'mine' }));
    expect(named.map(follows)).toEqual([true, true, true]);
    expect(follows({ id: 'eeeeeeeeeeee-1', trace: 'yours' })).toBe(false);
  });

  test('watch --id follows the trace of OpenTelemetry, whose mark differs', () => {
    const follows = follower('aaaaaaaaaaaa-1');
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    expect(follows({ id: 'aaaaaaaaaaaa-1', trace: undefined, traceId })).toBe(true);
    expect(follows({ id: 'bbbbbbbbbbbb-1', trace: undefined, traceId })).toBe(true);
    expect(follows({ id: 'bbbbbbbbbbbb-1', trace: undefined })).toBe(true);
    expect(follows({ id: 'cccccccccccc-1', trace: undefined, traceId: 'f'.repeat(32) })).toBe(false);
  });

  test('watch --id remembers a bounded number of ids, however many messages carry the trace', () => {
    const follows = follower('aaaaaaaaaaaa-1');
    for (let seq = 1; seq <= 2_000; seq += 1) follows({ id: `bbbbbbbbbbbb-${seq}`, trace: 'aaaaaaaaaaaa-1' });
    expect(follows({ id: 'bbbbbbbbbbbb-1', trace: undefined })).toBe(true);
    expect(follows({ id: 'bbbbbbbbbbbb-2000', trace: undefined })).toBe(false);
    expect(follows({ id: 'bbbbbbbbbbbb-2000', trace: 'aaaaaaaaaaaa-1' })).toBe(true);
  });
});

test('lines that are not read fast enough are left out and counted, not stored', () => {
  const stdout = new PassThrough();
  const stderr = captured();
  const write = lineWriter({ stdout, stderr });
  const line = 'x'.repeat(10_000);
  for (let count = 0; count < 200; count += 1) write(line);
  expect(stdout.writableLength + stdout.readableLength).toBeLessThan(1_200_000);
  stdout.read();
  stdout.read();
  write('last');
  expect(stderr.text()).toMatch(/^watch: left out [0-9]+ messages; they are not read fast enough\n$/);
});
