import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { beatOf, freeBroker, publisherTo, start, subscriptionsUntil } from './brokers.test-support.ts';

/* A server's request connection in a process of its own, as sockets.ts opens it, and what a publisher hears when it goes. */

const server = 'aaaaaaaaaaaa';
const request = `calc.square.request.1.${server}`;
const notice = `calc.ended.${server}`;

const program = `
  import { Subscriber } from 'zeromq';
  const [port, topic] = process.argv.slice(1);
  const socket = new Subscriber({ linger: 0, heartbeatInterval: 50, heartbeatTimeout: 200, heartbeatTimeToLive: 200 });
  socket.connect('tcp://127.0.0.1:' + port);
  socket.subscribe(topic);
  process.on('message', () => socket.unsubscribe(topic));
  for await (const frames of socket) void frames;
`;

async function serverProcess() {
  const broker = await freeBroker();
  const { seen } = await start('primary', [broker]);
  await seen('active');
  const publisher = publisherTo(broker);
  const args = ['--input-type=module', '-e', program, String(broker.subscribePort), request];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await subscriptionsUntil(publisher, (topic) => topic === request);
  return { broker, child, until: (last: string) => subscriptionsUntil(publisher, (topic) => topic === last) };
}

test('the kill of a server is told before its topics are withdrawn', { timeout: 120_000 }, async () => {
  // A broker knows it for certain only while its PINGs are answered in time, which a busy machine may keep from happening.
  for (;;) {
    const { broker, child, until } = await serverProcess();
    // Six beats are six ticks of the broker, the second of which finds a PING answered.
    let beats = 0;
    await beatOf(broker, () => (beats += 1) === 6);
    child.kill('SIGKILL');
    const told = await until(request);
    if (told.length === 1) continue;
    expect(told).toEqual([notice, notice, request]);
    return;
  }
});

test('a server that is stopped is withdrawn without a notice', async () => {
  const { child, until } = await serverProcess();
  child.kill('SIGSTOP');
  expect(await until(request)).toEqual([request]);
});

test('a server that withdraws its topics and then ends is not told of', async () => {
  const { child, until } = await serverProcess();
  child.send('withdraw');
  expect(await until(request)).toEqual([request]);
  child.kill('SIGKILL');
  await once(child, 'exit');
});
