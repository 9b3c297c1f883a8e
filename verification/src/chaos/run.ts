import type { ClientBase } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import type { Catalogue } from '@cateto/contracts';
import { settled } from '../support/settled.ts';
import { chanceOf } from './chance.ts';
import type { PlanOptions } from './fault-plan.ts';
import { planRound } from './fault-plan.ts';
import { startGenerator } from './generator.ts';
import type { Entry, Fault, History } from './history.ts';
import { createHistory } from './history.ts';
import { commit } from './nemesis.ts';
import type { Plant } from './system-under-test.ts';
import { startPlant } from './system-under-test.ts';
import { startRemoteGenerator } from './remote-load.ts';
import type { WorkloadName } from './workload.ts';
import { workloads } from './workload.ts';

/* The whole experiment: a plant, its load, its nemesis and its history. The checker evaluates it. */

export interface ChaosOptions {
  readonly seed: number;
  /** The calls of the clients; unless given, the formulas of the calculator. */
  readonly workload?: WorkloadName;
  /** Requests a second of all clients together. */
  readonly perSecond: number;
  readonly timeoutMs: number;
  readonly faults: PlanOptions;
  /** Requests that settle between two faults. */
  readonly calmRequests: number;
  readonly built: boolean;
  /** Variables for every process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called before each fault with the number of complete rounds; true ends the run. */
  isOver(rounds: number): boolean;
  onStart?(running: Running): void;
  /** Called when no more faults will come and everything still runs. */
  onCalm?(): Promise<void>;
  onFault?(fault: Fault, history: History): void;
  onEntry?(entry: Entry): void;
}

/** The running parts, for callers that want to inspect them. */
export interface Running {
  readonly plant: Plant;
  readonly client: ClientBase<Catalogue>;
  /** The process of the client that has one of its own. */
  readonly remotePid: number;
  readonly history: History;
}

const localClients = 3;
/** Each client has the same share of the load, also the one in a process of its own. */
const clients = localClients + 1;
/** For requests before the load. The load has a timeout of its own. */
const firstAnswerMaxMs = 30_000;

/** Runs the experiment to its end. Everything is stopped when this resolves or rejects. */
export async function runChaos(options: ChaosOptions): Promise<History> {
  const { built, workload: name = 'calculator' } = options;
  const { catalogue, argumentsOf, environment: ofLoad } = workloads[name];
  const history = createHistory(options.onEntry);
  const environment = { ...options.environment, ...ofLoad };
  const plant = await startPlant({ built, environment, argumentsOf, record: history.add });
  const connected: ClientBase<Catalogue>[] = [];
  try {
    for (let index = 0; index < localClients; index += 1) {
      connected.push(await connect({ catalogue, brokers: plant.brokers, timeoutMs: firstAnswerMaxMs }));
    }
    await runLoad(options, history, plant, connected);
  } finally {
    await Promise.all(connected.map((client) => client.close()));
    await plant.stop();
  }
  return history;
}

async function runLoad(
  options: ChaosOptions,
  history: History,
  plant: Plant,
  connected: readonly ClientBase<Catalogue>[],
): Promise<void> {
  const { seed, perSecond, timeoutMs, workload: workloadName = 'calculator' } = options;
  const workload = workloads[workloadName];
  const [observer] = connected;
  if (observer === undefined) throw new TypeError('there are no clients');
  await settled(observer, workload.first);

  const share = { perSecond: perSecond / clients, timeoutMs, step: clients };
  const load = connected.map((client, index) => {
    const name = `client-${index + 1}`;
    const chance = chanceOf(seed, name);
    return startGenerator({
      ...share,
      workload,
      client: name,
      first: index + 1,
      chance,
      call: client.call,
      record: history.add,
    });
  });
  const remote = { ...share, workload: workloadName, client: `client-${clients}`, first: clients, seed };
  const remoteLoad = startRemoteGenerator(
    { ...remote, brokers: plant.brokers },
    options.environment ?? {},
    history.add,
  );
  options.onStart?.({ plant, client: observer, remotePid: remoteLoad.pid, history });

  try {
    await runNemesis(options, history, plant);
    await options.onCalm?.();
    await Promise.all([...load, remoteLoad].map((one) => one.stop()));
  } finally {
    remoteLoad.kill();
  }
}

async function runNemesis(options: ChaosOptions, history: History, plant: Plant): Promise<void> {
  const { seed, faults, calmRequests, isOver } = options;
  const chance = chanceOf(seed, 'nemesis');
  await history.calm(calmRequests);
  for (let rounds = 0; !isOver(rounds); rounds += 1) {
    for (const planned of planRound(faults, chance)) {
      if (isOver(rounds)) return;
      const fault = await commit(plant, planned);
      history.add(fault);
      options.onFault?.(fault, history);
      await history.calm(calmRequests);
    }
  }
}
