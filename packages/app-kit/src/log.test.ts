import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';

const index = bundled(new URL('./index.ts', import.meta.url));

/** The arguments of node for a process that has a log. */
function program(code: string, form: 'pretty' | 'json' = 'json', level = 'info'): string[] {
  const logging = `
    import { once } from 'node:events';
    import { createLog, logEvents } from ${JSON.stringify(index)};
    const report = logEvents(await createLog({ app: 'calc-server', form: '${form}', level: '${level}', colour: false }));
    ${code}
  `;
  return ['--input-type=module', '--eval', logging];
}

/** The output on stderr of a process that logs some events. */
function logged(form: 'pretty' | 'json', level?: string): string {
  const code = `
    report({ event: 'ready', address: 'k3f0q9x2m1zd' });
    report({ event: 'fallback', operation: 'square', lane: 1, cause: 'no-listener', count: 3 });
    report({ event: 'misconfigured', message: 'both run as primary' });
    process.exit(0);
  `;
  return spawnSync(process.execPath, program(code, form, level), { encoding: 'utf8' }).stderr;
}

/** Code that logs this number of lines, and then reports it. */
const logLines = (count: number): string => `
  for (let lane = 1; lane <= ${count}; lane += 1) report({ event: 'fallback', operation: 'square', lane, cause: 'no-listener', count: 1 });
  console.log('goes on');
`;

describe('the log', () => {
  test('the JSON log writes one object a line, with time, level, app, event and the fields of the event', () => {
    const lines = logged('json')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    expect(lines).toEqual([
      { level: 'info', time, app: 'calc-server', event: 'ready', address: 'k3f0q9x2m1zd' },
      {
        level: 'warn',
        time,
        app: 'calc-server',
        event: 'fallback',
        operation: 'square',
        lane: 1,
        cause: 'no-listener',
        count: 3,
      },
      { level: 'error', time, app: 'calc-server', event: 'misconfigured', message: 'both run as primary' },
    ]);
  });

  test('the text log writes one line an event, before the process ends', () => {
    const lines = logged('pretty').trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/WARN.*calc-server fallback operation=square lane=1 cause=no-listener count=3$/);
  });

  test.each(['json', 'pretty'] as const)(
    'a text of another participant shows its invisible characters in a %s log',
    (form) => {
      const text = 'a\u009b2J\u001b[2J\u202eb\u200bc';
      const code = `report({ event: 'misconfigured', message: ${JSON.stringify(text)} }); process.exit(0);`;
      const { stderr } = spawnSync(process.execPath, program(code, form), { encoding: 'utf8' });
      expect(stderr).toContain(String.raw`a\u009b2J\u001b[2J\u202eb\u200bc`);
      expect(stderr).toMatch(/^[\u0020-\u007e]+\n$/);
    },
  );

  test('the log omits events below its level', () => {
    expect(logged('json', 'error').trim().split('\n')).toHaveLength(1);
    expect(logged('json', 'silent')).toBe('');
  });
});

describe('a log that gathers', () => {
  /** The output of a program that shows a line of another process and a line of its own. */
  function gathered(form: 'pretty' | 'json', level: string): string[] {
    const code = `
      import { createGatheringLog } from ${JSON.stringify(index)};
      const options = { app: 'cluster', form: '${form}', level: '${level}', colour: false };
      const { log, gather } = await createGatheringLog(options);
      const time = '2026-11-28T21:00:00.123Z';
      gather('op-server-1', { level: 'info', time, app: 'op-server', event: 'ready', address: 'k3f0q9x2m1zd' });
      gather('op-server-1', { level: 'warn', time, app: 'op-server', event: 'server-full', what: 'time', inFlight: 9 });
      log.error({ event: 'process-ended', process: 'op-server-1', how: 'SIGKILL' });
      process.exit();
    `;
    const args = ['--input-type=module', '--eval', code];
    const env = { ...process.env, TZ: 'UTC' };
    return spawnSync(process.execPath, args, { encoding: 'utf8', env }).stderr.split('\n').slice(0, -1);
  }

  test('a gathering log writes lines of other processes as JSON, with their own time and process name', () => {
    const lines = gathered('json', 'info').map((line) => JSON.parse(line) as unknown);
    const own = { app: 'op-server', process: 'op-server-1', time: '2026-11-28T21:00:00.123Z' };
    expect(lines).toMatchObject([
      { ...own, level: 'info', event: 'ready' },
      { ...own, level: 'warn', event: 'server-full', inFlight: 9 },
      { level: 'error', app: 'cluster', process: 'op-server-1', event: 'process-ended' },
    ]);
  });

  test('a gathering log writes lines of other processes as text, with time, level and process name', () => {
    const [ready, full, ended] = gathered('pretty', 'info');
    expect(ready).toBe('[21:00:00.123] INFO: op-server-1 ready address=k3f0q9x2m1zd');
    expect(full).toBe('[21:00:00.123] WARN: op-server-1 server-full what=time inFlight=9');
    expect(ended).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] ERROR: op-server-1 process-ended how=SIGKILL$/);
  });

  test('a gathering log omits lines below its own level', () => {
    expect(gathered('json', 'warn')).toHaveLength(2);
    expect(gathered('pretty', 'error')).toHaveLength(1);
    expect(gathered('json', 'silent')).toEqual([]);
  });
});

/** A named pipe; `read` is its other end. `spawn` would create a socket, which behaves differently. */
async function pipe(): Promise<{ readonly path: string; readonly read: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'cateto-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'pipe');
  spawnSync('mkfifo', [path]);
  return { path, read: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) };
}

/** A process that logs into a pipe. */
async function piped(code: string, form: 'pretty' | 'json' = 'json') {
  const { path, read } = await pipe();
  const write = openSync(path, constants.O_WRONLY);
  const child = spawn(process.execPath, program(code, form), { stdio: ['pipe', 'pipe', write] });
  closeSync(write);
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('no pipes');
  return { child, stdin, stdout, read };
}

async function linesUntil(read: number, isLast: (line: string) => boolean): Promise<string[]> {
  const reader = new Socket({ fd: read, readable: true });
  const lines: string[] = [];
  for await (const line of createInterface({ input: reader })) {
    lines.push(line);
    if (isLast(line)) break;
  }
  reader.destroy();
  return lines;
}

const untilToldToEnd = `process.stdin.resume(); await once(process.stdin, 'end');`;

describe('who logs', () => {
  test.each(['json', 'pretty'] as const)(
    'a process continues while its log is not read, and its log reports how many lines were dropped (%s)',
    async (form) => {
      const { child, stdin, stdout, read } = await piped(`${logLines(30_000)} ${untilToldToEnd} process.exit();`, form);
      await once(stdout, 'data');
      const lines = await linesUntil(read, (line) => line.includes('log-lines-dropped'));
      const dropped = Number(/"?count"?[:=](\d+)/.exec(lines.at(-1) ?? '')?.[1]);
      // Every other line is there, complete.
      expect(lines.length - 1 + dropped).toBe(30_000);
      for (const line of lines) expect(line).toMatch(form === 'json' ? /^\{.*\}$/ : /^\[.*count=\d+$/);
      stdin.end();
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );

  test('a process continues while the terminal of its log is stopped', async () => {
    const { path, read } = await pipe();
    const command = [process.execPath, ...program(`${logLines(30_000)} setInterval(() => undefined, 1_000);`)];
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    // The test reads the process's standard output, but not the terminal's output.
    const terminal = spawn('script', ['-qec', `${quoted} > ${path}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    onTestFinished(() => void terminal.kill('SIGTERM'));
    expect(await linesUntil(read, (line) => line === 'goes on')).toEqual(['goes on']);
  });

  test('a process writes its last log lines before it ends, even to a slow reader', async () => {
    const end = `report({ event: 'stopped' }); process.exit(3);`;
    const { child, stdin, stdout, read } = await piped(`${logLines(2_000)} ${untilToldToEnd} ${end}`);
    const ended = once(child, 'exit');
    await once(stdout, 'data');
    stdin.end();
    const lines = await linesUntil(read, (line) => line.includes('"stopped"'));
    expect(lines).toHaveLength(2_001);
    expect(await ended).toEqual([3, null]);
  });

  test('a log line is not torn by other processes that write into the same pipe', async () => {
    const { path, read } = await pipe();
    const writing = [1, 2].map(() => {
      const write = openSync(path, constants.O_WRONLY);
      const child = spawn(process.execPath, program(`${logLines(3_000)} ${untilToldToEnd}`), {
        stdio: ['pipe', 'pipe', write],
      });
      closeSync(write);
      return child;
    });
    await Promise.all(writing.map(({ stdout }) => once(stdout ?? process, 'data')));
    let lines = 0;
    const all = await linesUntil(read, () => (lines += 1) === 6_000);
    for (const line of all) expect(line).toMatch(/^\{[^{}]*\}$/);
    for (const child of writing) child.stdin?.end();
    await Promise.all(writing.map((child) => once(child, 'exit')));
  });

  test('a process ends on time although its log is not read', async () => {
    const { child, read } = await piped(`${logLines(30_000)} process.exit(3);`);
    expect(await once(child, 'exit')).toEqual([3, null]);
    closeSync(read);
  });

  test('a process continues when there is no room for its log', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stdout } = spawnSync(process.execPath, program(`${logLines(30_000)} process.exit(3);`), {
      stdio: ['ignore', 'pipe', full],
      encoding: 'utf8',
    });
    closeSync(full);
    expect([status, stdout]).toEqual([3, 'goes on\n']);
  });

  test('a process continues when the reader of its log is gone', async () => {
    const { child, stdin, read } = await piped(`${untilToldToEnd} ${logLines(30_000)} process.exit(3);`);
    closeSync(read);
    stdin.end();
    expect(await once(child, 'exit')).toEqual([3, null]);
  });
});
