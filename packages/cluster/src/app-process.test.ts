import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { AppProcess, ProcessStart } from './app-process.ts';
import { startProcess } from './app-process.ts';

afterEach(() => vi.unstubAllEnvs());

/** A process of a few lines that logs with `log` and stays until it is ended. */
function started(code: string, more: Partial<ProcessStart> = {}): AppProcess {
  const log = 'const log = (event, more) => process.stderr.write(JSON.stringify({ event, ...more }) + "\\n");';
  const stay = 'const stay = setInterval(() => {}, 1000);';
  const one = startProcess({ name: 'tiny', cwd: '.', args: ['--eval', `${log}${stay}${code}`], ...more });
  onTestFinished(() => one.kill('SIGKILL'));
  return one;
}

describe('waiting for an event', () => {
  test('waitFor finds an event that was logged already, and an event to come', async () => {
    const one = started(`process.on('SIGUSR2', () => log('active', { n: 2 })); log('ready', { n: 1 });`);
    expect(await one.waitFor('ready')).toMatchObject({ n: 1 });
    const active = one.waitFor('active');
    one.kill('SIGUSR2');
    expect(await active).toMatchObject({ n: 2 });
    expect(await one.waitFor('ready')).toMatchObject({ n: 1 });
  });

  test('waitForNext ignores events that were logged already', async () => {
    const one = started(`let n = 0; process.on('SIGUSR2', () => log('active', { n: ++n })); log('active', { n });`);
    await one.waitFor('active');
    const next = one.waitForNext('active');
    one.kill('SIGUSR2');
    expect(await next).toMatchObject({ n: 1 });
  });

  test('waitFor returns only an event that matches', async () => {
    const one = started(`for (const lane of [1, 2, 3]) log('fallback', { lane });`);
    expect(await one.waitFor('fallback', ({ lane }) => lane === 2)).toMatchObject({ lane: 2 });
  });

  test('waitFor rejects when the process ends first, with the output of the process on stderr', async () => {
    const one = started(`process.stderr.write('port taken\\n'); process.exitCode = 2; clearInterval(stay);`);
    await expect(one.waitFor('ready')).rejects.toThrow('tiny ended (2): port taken');
    await expect(one.waitFor('ready')).rejects.toThrow('tiny ended (2): port taken');
    expect(one.complaints).toEqual(['port taken']);
  });
});

describe('a process', () => {
  test('a process counts as ended when all its output has been read', async () => {
    const one = started(`for (let n = 0; n < 500; n++) log('line', { n }); clearInterval(stay);`);
    expect(await one.ended).toBe(0);
    expect(one.events).toHaveLength(500);
    expect(await one.waitFor('line', ({ n }) => n === 499)).toBeDefined();
  });

  test('a killed process ends with the signal', async () => {
    const one = started(`log('ready');`);
    await one.waitFor('ready');
    one.kill('SIGKILL');
    expect(await one.ended).toBe('SIGKILL');
  });

  test('a process that could not start counts as ended, with the reason', async () => {
    const one = started('', { cwd: '/nowhere' });
    await expect(one.waitFor('ready')).rejects.toThrow(/ENOENT/);
    expect(await one.ended).not.toBe(0);
  });

  test('a process has a group of its own, so that Ctrl-C does not reach it directly', async () => {
    const one = started(`process.on('SIGUSR2', () => log('signalled')); log('ready');`);
    await one.waitFor('ready');
    const signalled = one.waitFor('signalled');
    // A negative id means the group that the process leads. Otherwise there is no such group.
    process.kill(-one.pid, 'SIGUSR2');
    await signalled;
  });

  test('a process gets only the settings that it is given, and none of its parent', async () => {
    vi.stubEnv('CATETO_LOG_LEVEL', 'silent');
    const seen = `log('seen', { level: process.env.CATETO_LOG_LEVEL ?? 'none', lanes: process.env.CATETO_LANES });`;
    const one = started(seen, { environment: { CATETO_LANES: '2' } });
    expect(await one.waitFor('seen')).toMatchObject({ level: 'none', lanes: '2' });
  });

  test('a process that another command runs has its own signals and its own end', async () => {
    const one = started(`process.on('SIGUSR2', () => log('signalled', { seen: process.env.TINY })); log('ready');`, {
      prefix: ['env', 'TINY=yes'],
    });
    await one.waitFor('ready');
    one.kill('SIGUSR2');
    expect(await one.waitFor('signalled')).toMatchObject({ seen: 'yes' });
    one.kill('SIGKILL');
    expect(await one.ended).toBe('SIGKILL');
  });

  test('a process receives messages over its channel', async () => {
    const one = started(`process.on('message', (heard) => log('heard', { heard })); log('ready');`);
    await one.waitFor('ready');
    one.send('begin');
    expect(await one.waitFor('heard')).toMatchObject({ heard: 'begin' });
    one.kill('SIGKILL');
    await one.ended;
    one.send('nobody hears this');
  });

  test('a process keeps a bounded number of its latest events', async () => {
    const one = started(`for (let n = 0; n < 10_050; n++) log('line', { n }); clearInterval(stay);`);
    await one.ended;
    expect(one.events).toHaveLength(10_000);
    expect(one.events[0]).toMatchObject({ n: 50 });
  });
});
