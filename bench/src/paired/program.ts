import { createInterface } from 'node:readline';
import { measure, startSystem } from '../system.ts';

/*
 * The system of one clone: measures a slice for each line on stdin, which has the number of requests in flight and the
 * milliseconds, and prints a measurement as a line of JSON.
 */

const system = await startSystem({});
try {
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [inFlight = 0, ms = 0] = line.split(' ').map(Number);
    const each = { type: 'closed', inFlight, warmMs: 0, ms } as const;
    const { perSecond, cpuUs, failed, wrong } = await measure(system, { suite: 'paired', load: line, round: 1, each });
    process.stdout.write(`${JSON.stringify({ perSecond, cpuUs, failed, wrong })}\n`);
  }
} finally {
  await system.stop();
}
