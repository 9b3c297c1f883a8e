import { connect } from '@cateto/sdk';
import { chanceOf } from './chance.ts';
import type { Generator } from './generator.ts';
import { startGenerator } from './generator.ts';
import type { Entry } from './history.ts';
import type { FromRemote, RemoteLoad, ToRemote } from './remote-load.ts';
import { workloads } from './workload.ts';

/* The program of a client in a process of its own (remote-load.ts). It ends with its parent process. */

const reportEveryMs = 100;

let entries: Entry[] = [];
let generator: Generator | undefined;
let reporting: NodeJS.Timeout | undefined;

function send(message: FromRemote): void {
  if (process.connected) process.send?.(message);
}

function report(): void {
  if (entries.length > 0) send({ entries });
  entries = [];
}

async function start({ brokers, seed, workload: name, ...load }: RemoteLoad): Promise<void> {
  const workload = workloads[name];
  const client = await connect({ brokers, catalogue: workload.catalogue });
  generator = startGenerator({
    ...load,
    workload,
    call: client.call,
    chance: chanceOf(seed, load.client),
    record: (entry) => void entries.push(entry),
  });
  reporting = setInterval(report, reportEveryMs);
}

async function stop(): Promise<void> {
  await generator?.stop();
  // The parent process disconnects when it hears that everything has settled.
  clearInterval(reporting);
  report();
  send('settled');
}

process.on('message', (message: ToRemote) => void (message === 'stop' ? stop() : start(message.start)));
process.on('disconnect', () => process.exit());
