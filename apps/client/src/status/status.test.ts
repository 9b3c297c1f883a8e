import type { ServerStatus, SystemStatus } from '@cateto/sdk';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { captured, runHere } from '../in-memory.test-support.ts';
import { servesText } from './serves.ts';

const server: ServerStatus = {
  address: 'k3f0q9x2m1zd',
  role: 'op-server',
  serves: ['square.1', 'square.2'],
  host: 'box',
  pid: 4711,
  sinceMs: Date.UTC(2025, 4, 9, 8, 7, 6),
  inFlight: 3,
  answered: 12345,
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
  test('shows brokers and servers in two tables', async () => {
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
        'address       role         serves          host   pid  since                 in flight  answered',
        'a3f0q9x2m1zd  calc-server  hypotenuse leg  box      5  2025-05-09T08:07:06Z          3     12345',
        'k3f0q9x2m1zd  op-server    square.1-2      box   4711  2025-05-09T08:07:06Z          3     12345',
        '',
      ].join('\n'),
    );
  });

  test('exits with 1 and says what is missing when the system is degraded', async () => {
    const ran = await runHere(['status'], { status: broken });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toBe('status: degraded: missing an active broker, a calc-server for leg\n');
    expect(ran.stdout).toMatch(/5560 {2}- {5}unreachable {6}-\n\nservers\nnone\n$/);
  });

  test('with --json is one line in which every broker has the same keys', async () => {
    const ran = await runHere(['status', '--json'], { status: broken });
    expect(ran.exitCode).toBe(1);
    expect(JSON.parse(ran.stdout)).toEqual({
      ...broken,
      brokers: [{ endpoint: '127.0.0.1:5555:5556:5560', rank: null, state: 'unreachable', epoch: null }],
    });
  });

  test('what a server says of itself cannot steer the terminal', async () => {
    const status = { ...whole, servers: [{ ...server, host: '\u001b[2Jbox', serves: ['a\nb'], sinceMs: 1e99 }] };
    const { stdout } = await runHere(['status'], { status });
    expect(stdout).not.toContain('\u001b');
    expect(stdout.trimEnd().split('\n')).toHaveLength(8);
  });

  test('colours states on a terminal only, and not when NO_COLOR is set', async () => {
    vi.stubEnv('NO_COLOR', '');
    const terminal = await runHere(['status'], { status: whole, stdout: captured(true) });
    expect(terminal.stdout).toContain('\u001b[32mactive ');
    vi.stubEnv('NO_COLOR', '1');
    const plain = await runHere(['status'], { status: whole, stdout: captured(true) });
    expect(plain.stdout).toBe((await runHere(['status'], { status: whole })).stdout);
  });

  test('Ctrl-C does not wait for those who do not answer', async () => {
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
])('%j is served, in short: %s', (serves, text) => {
  expect(servesText(serves)).toBe(text);
});
