import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { tinyServers } from '../tiny-server.test-support.ts';
import { openNotifySocket } from './notify-socket.test-support.ts';

const tinyServer = tinyServers();

const there = spawnSync('systemd-notify', ['--version']).error === undefined;
const lose = `process.on('SIGUSR1', () => { globalThis.why = 'no broker'; }); process.on('SIGUSR2', () => { globalThis.why = undefined; });`;

describe.skipIf(!there && process.env['CI'] === undefined)('systemd', () => {
  test('systemd learns that a service is ready, why it is not any more, and that it stops', async () => {
    const socket = await openNotifySocket();
    const server = tinyServer({
      before: `globalThis.why = 'no broker'; ${lose}`,
      notReady: 'return globalThis.why;',
      environment: { NOTIFY_SOCKET: socket.path },
    });
    await socket.next('STATUS=no broker');
    expect(socket.messages.filter(({ text }) => text.includes('READY=1'))).toEqual([]);
    server.child.kill('SIGUSR2');
    await socket.next('READY=1\nSTATUS=ready');
    server.child.kill('SIGUSR1');
    await socket.next('STATUS=no broker');
    server.child.kill('SIGUSR2');
    await socket.next('STATUS=ready');
    server.child.kill('SIGTERM');
    await socket.next('STOPPING=1\nSTATUS=drains');
    expect((await server.ended()).how).toBe(0);
    expect(socket.messages.filter(({ text }) => text.includes('READY=1'))).toHaveLength(1);
  });

  test('the watchdog hears nothing while the event loop is blocked', async () => {
    const socket = await openNotifySocket();
    const block = `const until = Date.now() + 2_000; while (Date.now() < until); process.stderr.write('unblocked\\n');`;
    const server = tinyServer({
      before: `process.on('SIGUSR1', () => { ${block} });`,
      environment: { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '400000' },
    });
    await socket.next('WATCHDOG=1');
    await socket.next('WATCHDOG=1');
    server.child.kill('SIGUSR1');
    await server.said('unblocked');
    await socket.next('WATCHDOG=1');
    await socket.next('WATCHDOG=1');
    const times = socket.messages.filter(({ text }) => text === 'WATCHDOG=1').map(({ atMs }) => atMs);
    const pauses = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(Math.max(...pauses)).toBeGreaterThan(1_500);
    server.child.kill('SIGTERM');
    await server.ended();
  });

  test('a watchdog that is meant for another process hears nothing', async () => {
    const socket = await openNotifySocket();
    const server = tinyServer({
      environment: { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '20000', WATCHDOG_PID: '1' },
    });
    await socket.next('READY=1');
    server.child.kill('SIGTERM');
    await socket.next('STOPPING=1');
    expect(socket.messages.map(({ text }) => text).join()).not.toContain('WATCHDOG');
  });
});

test('a service without systemd-notify says so once, and does its work', async () => {
  const server = tinyServer({
    environment: { NOTIFY_SOCKET: '/nowhere', PATH: '/nowhere', WATCHDOG_USEC: '100000' },
    drain: `await new Promise((resolve) => setTimeout(resolve, 500));`,
  });
  await server.said('"notify-failed"');
  server.child.kill('SIGTERM');
  const { how, lines } = await server.ended();
  expect(how).toBe(0);
  expect(lines.filter((line) => line.includes('"notify-failed"'))).toEqual([expect.stringContaining('systemd-notify')]);
});
