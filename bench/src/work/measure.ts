import { freePorts } from '@cateto/cluster';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from '../programs.ts';
import { machineBusyUs, usageOf } from '../usage.ts';
import type { FromWorkClient } from './client-program.ts';
import { runsVariable, waitsVariable } from './handlers.ts';
import type { Batch, WorkLoad } from './loads.ts';
import { idealMs, runsOf, serverCount } from './loads.ts';
import type { BatchOrder, BatchResult } from './run-batch.ts';
import { runsIn } from './runs.ts';
import type { Stack, StartedProcess } from './stack.ts';
import { openStack } from './stack.ts';
import type { WorkPeer } from './systems.ts';
import type { WorkMeasurement } from './work-measurement.ts';
import { percentile } from './work-measurement.ts';

/** The timeout of each call, from the design. */
const timeoutMs = 60_000;
/** How long the bench waits after the timeout for calls that have not settled: some systems have no timeout. */
const graceMs = 5_000;
/** The distance between the first items of two clients. Warm-up runs have negative items. */
const itemsApart = 1_000_000;
const warmCalls = 8;
const warmMsMax = 50;

export interface WorkRun {
  readonly peer: WorkPeer;
  readonly system: string;
  readonly threads: number;
  readonly load: WorkLoad;
  readonly round: number;
  /** The rounds that a handler computes in a millisecond; undefined if handlers block their threads instead. */
  readonly roundsPerMs: number | undefined;
}

/** Starts a system, applies one load, and ends the system. Returns a measurement for each client. */
export async function measureWork(run: WorkRun): Promise<WorkMeasurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-work-'));
  const runsFile = join(folder, 'runs');
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  // A signal that ends the bench does not return to this function.
  process.on('exit', removeFolder);
  const stack = openStack({
    [runsVariable]: runsFile,
    ...(run.roundsPerMs === undefined ? { [waitsVariable]: '1' } : {}),
  });
  try {
    const { peer, threads, load } = run;
    const { concurrency = 1 } = load;
    const ports = await freePorts(6);
    const { specs, opts } = peer.work.stack({ servers: serverCount, threads, concurrency, timeoutMs, ports });
    for (const spec of specs) await stack.start(spec);
    const names = Object.keys(load.batches);
    const clients: StartedProcess[] = [];
    for (const name of peer.work.inClient === true ? names.slice(0, 1) : names) {
      const spec = { name: `client of ${name}`, node: builtProgram('work/client-program'), args: [peer.work.client] };
      clients.push(await stack.start({ ...spec, opts }));
    }
    const orders = Object.values(load.batches).map((batch, index) => orderOf(batch, index, run.roundsPerMs));
    for (const [index, order] of orders.entries()) {
      const { answered, failed } = await giveTo(clients, index, warmUp(order));
      if (answered < warmCalls) throw new Error(`${peer.title} failed before the load: ${JSON.stringify(failed)}`);
    }

    const before = usage(stack);
    const given = Promise.all(orders.map((order, index) => giveTo(clients, index, order)));
    // When a server cannot be restarted, the clients end too, but the server's error is the reason to report.
    given.catch(() => undefined);
    if (load.kills === true && peer.work.inClient !== true) {
      await new Promise<void>((resolve) => void setTimeout(resolve, idealMs(load) / 2));
      const victim = specs.find(({ name }) => name === 'server-1');
      if (victim === undefined) throw new Error(`${peer.title} has no server-1 that could be killed`);
      await stack.kill(victim.name);
      await stack.start(victim);
    }
    const results = await given;
    const othersShare = before();
    const text = readFileSync(runsFile, 'utf8');
    return results.map((result, index) => told(run, names[index] ?? '', orders[index], result, text, othersShare));
  } finally {
    await stack.stop();
    removeFolder();
    process.off('exit', removeFolder);
  }
}

function orderOf(batch: Batch, index: number, roundsPerMs = 1): BatchOrder {
  const { kind, count, takesMs, perSecond } = batch;
  return {
    kind,
    count,
    ...(perSecond === undefined ? {} : { perSecond }),
    amount: kind === 'pause' ? takesMs : Math.round(takesMs * roundsPerMs),
    firstItem: index * itemsApart,
    giveUpMs: timeoutMs + graceMs,
  };
}

/** A few calls of the same kind, so that connections are open and code is compiled. */
function warmUp(order: BatchOrder): BatchOrder {
  const { perSecond: _, ...rest } = order;
  const shorter = order.kind === 'pause' ? Math.min(warmMsMax, order.amount) : order.amount;
  const short = order.kind === 'eight' ? { kind: 'burn' as const, amount: Math.round(order.amount / 20) } : {};
  return { ...rest, amount: shorter, ...short, count: warmCalls, firstItem: -itemsApart };
}

/** If the servers run in the client's process, one process is both clients. */
function giveTo(clients: readonly StartedProcess[], index: number, order: BatchOrder): Promise<BatchResult> {
  const { child } = clients[Math.min(index, clients.length - 1)] as StartedProcess;
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('a client ended while it worked'));
    const hear = (message: FromWorkClient): void => {
      if (message.type !== 'result' || message.firstItem !== order.firstItem) return;
      child.off('message', hear);
      child.off('exit', ended);
      resolve(message.result);
    };
    child.on('message', hear);
    child.once('exit', ended);
    child.send(order);
  });
}

/** @returns a function for the share of the machine that other processes have used since, from 0 to 1 */
function usage(stack: Stack): () => number {
  const own = (): number => stack.cpuUs() + usageOf(process.pid).cpuUs;
  const [ownUs, busy] = [own(), machineBusyUs()];
  return () => {
    const now = machineBusyUs();
    return Math.max(0, now.busyUs - busy.busyUs - (own() - ownUs)) / Math.max(1, now.allUs - busy.allUs);
  };
}

function told(
  { system, load, round }: WorkRun,
  name: string,
  order: BatchOrder | undefined,
  result: BatchResult,
  runsText: string,
  othersShare: number,
): WorkMeasurement {
  const batch = load.batches[name];
  if (batch === undefined || order === undefined) throw new Error(`there is no batch ${name}`);
  const { latenciesMs, answered, wrong, failed, fallbacks, wallMs } = result;
  const { runs, items, byProcess } = runsIn(runsText, order.firstItem, runsOf(batch));
  return {
    load: load.title,
    batch: name,
    system,
    round,
    asked: batch.count,
    answered,
    wrong,
    failed,
    runsNeeded: runsOf(batch),
    runs,
    items,
    byProcess,
    fallbacks,
    wallMs,
    // The duration of a paced client depends on its pace.
    ...(batch.perSecond === undefined ? { idealMs: idealMs(load) } : {}),
    p99Ms: percentile(latenciesMs, 0.99),
    othersShare,
  };
}
