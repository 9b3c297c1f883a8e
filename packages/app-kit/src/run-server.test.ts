import { describe, expect, test } from 'vitest';
import { tinyServers } from './tiny-server.test-support.ts';

const tinyServer = tinyServers();

const never = 'await new Promise(() => {});';

describe('a signal', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('a server drains on %s, then ends with 0', async (signal) => {
    const server = tinyServer({});
    await server.said('"ready"');
    server.child.kill(signal);
    const { how, lines } = await server.ended();
    expect(how).toBe(0);
    expect(lines.at(-1)).toContain('"draining"');
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a second signal, %s, ends the server at once with %i', async (signal, code) => {
    const server = tinyServer({ drain: never });
    await server.said('"ready"');
    server.child.kill('SIGTERM');
    await server.said('"draining"');
    server.child.kill(signal);
    expect((await server.ended()).how).toBe(code);
  });

  test('a signal during the start is remembered, and the started server drains', async () => {
    const server = tinyServer({ start: `onEvent({ event: 'starting' }); await once(process, 'SIGTERM');` });
    await server.said('"starting"');
    server.child.kill('SIGTERM');
    const { how, lines } = await server.ended();
    expect(how).toBe(0);
    expect(lines.at(-1)).toContain('"draining"');
  });

  test('a drain that takes longer than 6 s is logged, and ends the server with 1', async () => {
    // The test scales seconds down by a hundred, because it tests the bound itself.
    const before = `const real = setTimeout; globalThis.setTimeout = (run, ms) => real(run, ms / 100);`;
    const server = tinyServer({ before, drain: never });
    await server.said('"ready"');
    server.child.kill('SIGTERM');
    const { how, lines } = await server.ended();
    expect(how).toBe(1);
    expect(lines.at(-1)).toMatch(/"drain-overdue","afterMs":6000/);
  });
});

describe('when the parent process has gone', () => {
  test('a running server drains and ends when its parent process has gone', async () => {
    const server = tinyServer({});
    await server.said('"ready"');
    server.child.disconnect();
    const { how, lines } = await server.ended();
    expect(how).toBe(0);
    expect(lines.at(-1)).toContain('"draining"');
  });

  test('a server whose parent goes during the start drains as soon as it has started', async () => {
    const server = tinyServer({ start: `onEvent({ event: 'starting' }); await once(process, 'disconnect');` });
    await server.said('"starting"');
    server.child.disconnect();
    expect((await server.ended()).how).toBe(0);
  });

  test('a server whose parent has gone before the start does not start', async () => {
    const server = tinyServer({
      before: `process.stderr.write('loading\\n'); await once(process, 'disconnect');`,
    });
    await server.said('loading');
    server.child.disconnect();
    const { how, lines } = await server.ended();
    expect(how).toBe(1);
    expect(lines).toEqual(['loading', 'tiny: the parent process has gone']);
  });

  test('a drain continues when the parent process goes', async () => {
    const server = tinyServer({ drain: `await once(process, 'disconnect'); onEvent({ event: 'stopped' });` });
    await server.said('"ready"');
    server.child.kill('SIGTERM');
    await server.said('"draining"');
    server.child.disconnect();
    const { how, lines } = await server.ended();
    expect(how).toBe(0);
    expect(lines.at(-1)).toContain('"stopped"');
  });
});

describe('what goes wrong', () => {
  test('a wrong flag prints one line and ends the program with 2, before anything starts', async () => {
    const { how, lines } = await tinyServer({ args: ['--lanes', '9'] }).ended();
    expect(how).toBe(2);
    expect(lines).toEqual([expect.stringMatching(/^tiny: --lanes: "9"/)]);
  });

  test('a start that fails prints one line and ends the program with 1', async () => {
    const { how, lines } = await tinyServer({ start: `throw new Error('port 5555 is taken');` }).ended();
    expect(how).toBe(1);
    expect(lines).toEqual(['tiny: port 5555 is taken']);
  });

  test.each([
    ['thrown', `setImmediate(() => { throw new Error('broken'); });`],
    ['rejected', `void Promise.reject(new Error('broken'));`],
  ])('a fault of the program, %s, is logged and ends the server with 1', async (_how, start) => {
    const { how, lines } = await tinyServer({ start: `${start} await once(process, 'never');` }).ended();
    expect(how).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/"fatal".*"event":"fault".*broken/)]);
  });

  test('a drain that fails is a fault of the program', async () => {
    const server = tinyServer({ drain: `throw new Error('stuck');` });
    await server.said('"ready"');
    server.child.kill('SIGTERM');
    const { how, lines } = await server.ended();
    expect(how).toBe(1);
    expect(lines.at(-1)).toMatch(/"fault".*stuck/);
  });

  test('a fault is reported even if the log is silent', async () => {
    const { how, lines } = await tinyServer({
      start: `setImmediate(() => { throw new Error('broken'); }); await once(process, 'never');`,
      args: ['--log-level', 'silent'],
    }).ended();
    expect(how).toBe(1);
    expect(lines[0]).toBe('fault: Error: broken');
  });
});
