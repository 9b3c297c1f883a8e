import { createChance, createNetwork } from '@cateto/simulation';
import { callsOf } from './calls.ts';
import { createFaultInjector, namedFaults, restartMs, settleMs } from './faults.ts';
import type { Asked, History } from './history.ts';
import { emptyHistory } from './history.ts';
import { reachEveryMs } from './liveness-checks.ts';
import { createSamples, leftOverOf } from './samples.ts';
import { loadedUntilMs, overloadOf, quietTimeoutMs, timeoutsOf } from './load-plan.ts';
import type { Scenario } from './scenario.ts';
import { misbehavesMs } from './scenario.ts';
import type { Member } from './system.ts';
import { createSystem } from './system.ts';

/** The requests of the quiet time at the end, each with a deadline of a second; all have to be answered. */
const quietRequests = 20;
/** For this long after a burst, other clients send requests too. */
const pacedMs = 10_000;
/** For work that takes time, how often to check whether everything is answered. */
const lookEveryMs = 1_000;
/** Longer than anything is remembered. */
const restMs = 65_000;
const formulas = ['hypotenuse', 'diagonal', 'leg'] as const;
const withSteps = ['rounds', ...formulas] as const;

interface Planned {
  readonly atMs: number;
  readonly order: number;
  run(): void;
}

/**
 * Runs a scenario from its start until everything has come to rest, and returns its history.
 *
 * @param verbose keeps a line for every event
 */
export async function simulate(scenario: Scenario, verbose = false): Promise<History> {
  const history = emptyHistory();
  const network = createNetwork(scenario);
  const chance = createChance(scenario.seed ^ 0x5bd1e995);
  const say = (who: string, what: () => string): void => {
    if (verbose) history.lines.push(`${network.nowMs().toFixed(2).padStart(9)}  ${who.padEnd(9)} ${what()}`);
  };
  const system = createSystem(scenario, network, history, say);
  const members = new Map<string, Member>();
  const plan: Planned[] = [];
  const timeouts = timeoutsOf(scenario);
  const [lastTimeoutMs = quietTimeoutMs] = timeouts.slice(-1);
  let operand = 0;
  /** How many of the fatal ends have been handled. */
  let restarted = 0;

  function at(atMs: number, run: () => void): void {
    plan.push({ atMs, order: plan.length, run });
  }

  function start(name: string): void {
    members.set(name, system.start(name));
    // A new client sends a request at once, before it is connected.
    ask(name, lastTimeoutMs);
  }

  function ask(client: string, timeoutMs: number, fatal = false): void {
    const member = members.get(client);
    if (member?.ask === undefined) return;
    operand += 1;
    const from = scenario.mode === 'generators' ? withSteps : formulas;
    const formula = fatal ? 'hypotenuse' : (from[operand % from.length] ?? 'hypotenuse');
    // No two requests share an operand.
    const operands = {
      hypotenuse: [2 * operand, 0.5 + 2 * operand],
      diagonal: [operand + 0.25, operand + 0.125, -operand],
      leg: [2 * operand + 1, operand],
      rounds: [operand],
    };
    if (scenario.work?.othersMs !== undefined && client !== 'client-1') {
      for (const call of callsOf(formula, operands[formula])) history.othersCalls.add(call);
    }
    member.process.deliver(() => member.ask?.(formula, operands[formula], timeoutMs, fatal));
  }

  /** Whether a caller still waits for it. */
  function isOpen({ settled, client, process }: Asked): boolean {
    const member = members.get(client);
    return settled.length === 0 && member?.number === process && member.process.state() !== 'ended';
  }

  /** Restarts processes that ended by themselves, like a supervisor. */
  function restartFatal(): void {
    const { fatalEnds } = history;
    for (let end = fatalEnds[restarted]; end !== undefined; end = fatalEnds[restarted]) {
      if (end.atMs + restartMs > network.nowMs()) return;
      restarted += 1;
      // A fault that has ended meanwhile has already restarted it.
      if (members.get(end.name)?.number === end.process) start(end.name);
    }
  }

  for (const [index, name] of system.names.entries()) {
    at(scenario.startsMs[index % Math.max(1, scenario.startsMs.length)] ?? 0, () => {
      // A process that was killed before the fault began has been restarted since.
      if (!members.has(name)) start(name);
    });
  }

  const faults = namedFaults(scenario, system.names);
  const { begin, mend } = createFaultInjector(network, members, history, start, say);
  for (const fault of faults) {
    at(fault.fromMs, () => begin(fault));
    at(fault.fromMs + fault.forMs, () => mend(fault));
  }
  for (const [index, atMs] of scenario.fatalsMs.entries()) {
    const client = system.clients[index % system.clients.length] ?? 'client-1';
    at(atMs, () => ask(client, lastTimeoutMs, true));
  }
  const { misbehaviour } = scenario;
  if (misbehaviour !== undefined) {
    at(misbehavesMs.from, () => {
      const kill = system.misbehave(misbehaviour);
      network.at(misbehavesMs.to, kill);
    });
  }
  const { bursts = [] } = scenario.work ?? {};
  const burstMs = scenario.mode === 'load' ? bursts.map(({ atMs }) => atMs + pacedMs) : [];
  const goneMs = misbehaviour === undefined ? 0 : misbehavesMs.to;
  const mendedMs = Math.max(
    goneMs,
    ...burstMs,
    ...scenario.fatalsMs,
    ...faults.map(({ fromMs, forMs }) => fromMs + forMs),
  );

  for (const client of system.clients) {
    for (let atMs = 0; atMs < mendedMs + 500; atMs += -Math.log(1 - chance.share()) * (1_000 / scenario.perSecond)) {
      at(atMs, () => ask(client, timeouts[Math.floor(chance.share() * timeouts.length)] ?? quietTimeoutMs));
    }
  }
  for (const { client, atMs, many } of bursts) {
    const name = system.clients[client % system.clients.length] ?? 'client-1';
    at(atMs, () => {
      for (let index = 0; index < many; index += 1) ask(name, lastTimeoutMs);
    });
  }
  for (const { client, atMs } of overloadOf(scenario, chance))
    at(atMs, () => ask(`client-${client + 1}`, lastTimeoutMs));
  // Everything is well and has settled: from now on no request may fail.
  const quietMs = Math.max(mendedMs, loadedUntilMs(scenario)) + settleMs;
  const quietLastMs = scenario.work?.timeoutMs ?? quietTimeoutMs;
  for (let index = 0; index < quietRequests; index += 1) {
    for (const client of system.clients) at(quietMs + 20 * index, () => ask(client, quietLastMs));
  }

  const samples = createSamples(system, network, members, history);
  const lastAskedMs = quietMs + 20 * quietRequests;
  const askedMs = lastAskedMs + Math.min(quietLastMs, 20_000);
  for (let atMs = 0; atMs < askedMs; atMs += reachEveryMs) at(atMs, samples.take);

  plan.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  for (const { atMs, run } of plan) {
    await network.runTo(atMs);
    run();
    restartFatal();
  }
  await network.runTo(askedMs);
  const untilMs = lastAskedMs + quietLastMs;
  const waits = async (is: () => boolean, forMs = 0): Promise<void> => {
    while (network.nowMs() < untilMs + forMs && is()) await network.runTo(network.nowMs() + lookEveryMs);
  };
  await waits(() => history.asked.some(isOpen));
  await network.runTo(network.nowMs() + restMs);
  const listed = system.names.filter((name) => !system.clients.includes(name)).length;
  const leftOver = (): string[] => [...members].flatMap(([name, member]) => leftOverOf(name, member, listed));
  // Lost requests are waited for until their deadline, and so is work that began when no requester waited any more.
  await waits(() => leftOver().length > 0, scenario.mode === 'load' ? 2 * restMs : 0);
  history.leftOver.push(...leftOver());
  history.endMs = network.nowMs();
  return history;
}
