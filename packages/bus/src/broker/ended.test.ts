import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../../vitest.programs.ts';
import { beatOf, freeBroker, publisherTo, start, subscriptionsUntil } from './brokers.test-support.ts';

/*
 * A server's request connection in a process of its own, opened as in sockets.ts, and what a publisher receives when it
 * ends. The broker runs in this process, and stands still when the test blocks.
 */

const hello = 'calc.hello.aaaaaaaaaaaa';
const request = 'calc.square.request.1.aaaaaaaaaaaa';
const notice = 'calc.ended.aaaaaaaaaaaa';

/** Like a participant, the server subscribes to requests after its hello has come back. */
const programs = {
  'on the main thread': `
    const socket = dialRequests(broker, () => undefined);
    const heard = async () => { for await (const frames of socket) hears(frames); };
    void heard();`,
  'in a worker thread': `
    const socket = connectRequestsInWorker([broker], {
      message: hears, connected: () => undefined, dropped: () => undefined,
    });`,
};

const sockets = bundled(new URL('../link/zeromq/sockets.ts', import.meta.url));

const around = (program: string): string => `
  import { dialRequests, connectRequestsInWorker } from ${JSON.stringify(sockets)};
  const broker = { host: '127.0.0.1', subscribePort: Number(process.argv[1]) };
  let subscribed = false;
  const hears = () => {
    if (!subscribed) socket.subscribe('${request}');
    subscribed = true;
  };
  ${program}
  socket.subscribe('${hello}');
  process.on('message', () => socket.unsubscribe('${request}'));
`;

async function serverProcess(where: keyof typeof programs) {
  const broker = await freeBroker();
  const { seen } = await start('primary', [broker]);
  await seen('active');
  const publisher = publisherTo(broker);
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', around(programs[where]), String(broker.subscribePort)],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  // A message that is sent while the socket closes fails, and the test has what it waits for by then.
  const saying = setInterval(() => void publisher.send([hello, '']).catch(() => undefined), 20);
  onTestFinished(() => clearInterval(saying));
  await subscriptionsUntil(publisher, (topic) => topic === request);
  return { broker, child, until: (last: string) => subscriptionsUntil(publisher, (topic) => topic === last) };
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe.each(['on the main thread', 'in a worker thread'] as const)('the end of a server %s', (where) => {
  test('when a server is killed, publishers learn its end before its topics are withdrawn, from its first moment on', async () => {
    const { child, until } = await serverProcess(where);
    child.kill('SIGKILL');
    expect(await until(request)).toEqual([notice, notice, request]);
  });

  test('when a server is stopped, its topics are withdrawn without a notice of its end', async () => {
    const { broker, child, until } = await serverProcess(where);
    // libzmq's first PING, 50 ms after the handshake, tells how long the server may be silent. A beat takes as long.
    let beats = 0;
    await beatOf(broker, () => (beats += 1) === 6);
    child.kill('SIGSTOP');
    expect(await until(request)).toEqual([request]);
  });

  test('a server that withdraws its topics and then ends causes no notice', async () => {
    const { child, until } = await serverProcess(where);
    child.send('withdraw');
    expect(await until(request)).toEqual([request]);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test.each([
    ['for less than a server waits', 400],
    ['for longer than a server waits', 2_500],
  ])('a broker that stood still %s reports no end of a server', async (_how, ms) => {
    const { child, until } = await serverProcess(where);
    standStill(ms);
    child.send('withdraw');
    expect(await until(request)).toEqual([request]);
  });
});
