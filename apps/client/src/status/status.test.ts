import type { ServerView, SystemStatus } from '@cateto/sdk';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { captured, runHere } from '../in-memory.test-support.ts';
import { servesText } from './serves.ts';

const server: ServerView = {
  address: 'k3f0q9x2m1zd',
  role: 'op-server',
  serves: ['square.1', 'square.2'],
  host: 'box',
  pid: 4711,
  sinceMs: Date.UTC(2025, 4, 9, 8, 7, 6),
  inFlight: 3,
  answered: 12345,
  queued: 17,
  slots: 2,
  version: '1.2.3',
  runs: 12300,
  errors: 4,
  handlingMs: 0.04217,
  differing: [],
};

const whole: SystemStatus = {
  degraded: false,
  missing: [],
  brokers: [
    { endpoint: '127.0.0.1:5555:5556:5560', rank: 'primary', state: 'active', epoch: 7 },
    { endpoint: '127.0.0.1:6555:6556:6560', rank: 'backup', state: 'standby', epoch: 7 },
  ],
  servers: [server, { ...server, address: 'a3f0q9x2m1zd', role: 'calc-server', serves: ['hypotenuse', 'leg'], pid: 5 }],
};

const broken: SystemStatus = {
  degraded: true,
  missing: ['an active broker', 'a calc-server for leg'],
  brokers: [{ endpoint: '127.0.0.1:5555:5556:5560', rank: undefined, state: 'unreachable', epoch: undefined }],
  servers: [],
};

afterEach(() => vi.unstubAllEnvs());

describe('status', () => {
  test('a server with a long status widens the table only to the bound of a cell', async () => {
    const serves = Array.from({ length: 8_192 }, (_, at) => `operation${at}.1`);
    const ran = await runHere(['status'], { status: { ...whole, servers: [server, { ...server, serves }] } });
    expect(Math.max(...ran.stdout.split('\n').map((line) => line.length))).toBeLessThan(1_400);
    expect(ran.stdout).toContain('operation70.1 ');
    expect(ran.stdout).toContain('…  box');
  });

  test('status --json shows invisible characters as their numbers', async () => {
    const host = 'b\u202e\u009bx';
    const ran = await runHere(['status', '--json'], { status: { ...whole, servers: [{ ...server, host }] } });
    expect(ran.stdout).toContain(String.raw`"host":"b\u202e\u009bx"`);
    expect(JSON.parse(ran.stdout)).toMatchObject({ servers: [{ host }] });
  });

  test('status shows brokers and servers in two tables', async () => {
    const ran = await runHere(['status'], { status: whole });
    expect(ran).toMatchObject({ exitCode: 0, stderr: '', open: 0 });
    expect(ran.stdout).toBe(
      [
        'brokers',
        'endpoint                  rank     state    epoch',
        '127.0.0.1:5555:5556:5560  primary  active       7',
        '127.0.0.1:6555:6556:6560  backup   standby      7',
        '',
        'servers',
        'address       role         serves          host   pid  since                 version  in flight  queued  slots   runs  errors  median run',
        'a3f0q9x2m1zd  calc-server  hypotenuse leg  box      5  2025-05-09T08:07:06Z  1.2.3            3      17      2  12300       4   0.0422 ms',
        'k3f0q9x2m1zd  op-server    square.1-2      box   4711  2025-05-09T08:07:06Z  1.2.3            3      17      2  12300       4   0.0422 ms',
        '',
      ].join('\n'),
    );
  });

  test('status shows how many threads are busy for servers with threads', async () => {
    const threaded = { ...server, threads: 2, threadsBusy: 1, handlingMs: 2_514 };
    const { stdout } = await runHere(['status'], {
      status: { ...whole, servers: [threaded, whole.servers[1] ?? server] },
    });
    const [heading, calc, op] = stdout.split('\n').slice(6);
    expect(heading).toMatch(/ {2}errors {2}median run {2}threads busy$/);
    expect(calc).toMatch(/ {2}0\.0422 ms {13}-$/);
    expect(op).toMatch(/ {2}2\.51 s {8}1 of 2$/);
  });

  test('status names contracts that differ between a server and this client, with both hashes', async () => {
    const differing = [{ name: 'square', hash: 0xbeef, ownHash: 0x50ffe828 }];
    const { stdout } = await runHere(['status'], { status: { ...whole, servers: [{ ...server, differing }] } });
    expect(stdout).toMatch(
      /\nop-server k3f0q9x2m1zd has other contracts than this client: square 0000beef \(here 50ffe828\)\n$/,
    );
  });

  test('status shows a dash for fields that an older server does not report', async () => {
    const { version: _, runs: _runs, errors: _errors, handlingMs: _ms, queued: _q, slots: _s, ...older } = server;
    const { stdout } = await runHere(['status'], { status: { ...whole, servers: [older] } });
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/Z {2}- {16}3 {7}- {6}- {5}- {7}- {11}-$/);
  });

  test('status exits with 1 and names the missing parts when the system is degraded', async () => {
    const ran = await runHere(['status'], { status: broken });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toBe('status: degraded: missing an active broker, a calc-server for leg\n');
    expect(ran.stdout).toMatch(/5560 {2}- {5}unreachable {6}-\n\nservers\nnone\n$/);
  });

  test('status --json is one line in which every broker has the same keys', async () => {
    const ran = await runHere(['status', '--json'], { status: broken });
    expect(ran.exitCode).toBe(1);
    expect(JSON.parse(ran.stdout)).toEqual({
      ...broken,
      brokers: [{ endpoint: '127.0.0.1:5555:5556:5560', rank: null, state: 'unreachable', epoch: null }],
    });
  });

  test('the report of a server cannot steer the terminal', async () => {
    const status = { ...whole, servers: [{ ...server, host: '\u001b[2Jbox', serves: ['a\nb'], sinceMs: 1e99 }] };
    const { stdout } = await runHere(['status'], { status });
    expect(stdout).not.toContain('\u001b');
    expect(stdout.trimEnd().split('\n')).toHaveLength(8);
  });

  test('status has colours on a terminal only, and not when NO_COLOR is set', async () => {
    vi.stubEnv('NO_COLOR', '');
    const terminal = await runHere(['status'], { status: whole, stdout: captured(true) });
    expect(terminal.stdout).toContain('\u001b[32mactive ');
    vi.stubEnv('NO_COLOR', '1');
    const plain = await runHere(['status'], { status: whole, stdout: captured(true) });
    expect(plain.stdout).toBe((await runHere(['status'], { status: whole })).stdout);
  });

  test('Ctrl-C ends status without waiting for missing answers', async () => {
    const ending = new AbortController();
    const running = runHere(['status'], { ending, status: new Promise(() => undefined) });
    ending.abort();
    expect(await running).toMatchObject({ exitCode: 130, stdout: '', stderr: 'status: interrupted\n', open: 0 });
  });
});

test.each([
  [['square.1', 'square.2', 'square.3'], 'square.1-3'],
  [['square.2', 'square.1', 'square.5', 'multiply.5'], 'square.1-2,5 multiply.5'],
  [['hypotenuse', 'leg'], 'hypotenuse leg'],
  [[], ''],
])('the routes %j are shown as: %s', (serves, text) => {
  expect(servesText(serves)).toBe(text);
});
