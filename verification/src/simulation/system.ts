import type { BusEvent } from '@cateto/bus';
import { createFormulaClient, createRequesterDriver, open, serveFormulas, serveOperations } from '@cateto/bus';
import type { BrokerHost, SimulatedNetwork, SimulatedProcess } from '@cateto/simulation';
import type { AnyFormulaCode, Catalogue } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import type { History } from './history.ts';
import { count, inWords, note } from './history.ts';
import type { Misbehaviour } from './misbehaving.ts';
import { misbehave, misbehaviours } from './misbehaving.ts';
import { watchedSteps } from './rounds.ts';
import type { Scenario } from './scenario.ts';
import { codes, expectedOf, operations, patient, seen, stepwise, watchedPlan } from './simulated-catalogues.ts';
import { working } from './work.ts';

/*
 * The system of a scenario: the real broker, servers and clients, each in a process of the simulated network, wrapped
 * only to observe what they run.
 */

/** A process, and how to drain it. */
export interface Member {
  readonly process: SimulatedProcess;
  readonly number: number;
  end(): Promise<void>;
  /** Undefined for all but clients. */
  readonly ask: ((formula: string, operands: readonly number[], timeoutMs: number, fatal: boolean) => void) | undefined;
  /** The number of entries in each of its tables; none for a broker. */
  tables(): Readonly<Record<string, number>>;
}

export interface System {
  /** Starts the op-server that misbehaves. @returns a function that kills it */
  misbehave(kind: Misbehaviour): () => void;
  readonly names: readonly string[];
  start(name: string): Member;
  readonly clients: readonly string[];
  readonly calcServers: readonly string[];
}

export function isBrokerName(name: string): name is BrokerHost {
  return name === 'broker' || name === 'backup';
}

const operationTimeoutMs = 2_000;

export function createSystem(
  scenario: Scenario,
  network: SimulatedNetwork,
  history: History,
  say: (who: string, what: () => string) => void,
): System {
  let processes = 0;
  const { work } = scenario;
  const catalogue: Catalogue = work === undefined ? calculator : scenario.mode === 'generators' ? stepwise : patient;
  /** Inputs that end every process that computes them. */
  const fatalInputs = new Set<unknown>();
  const clients = numbered('client', scenario.clients);
  const calcServers = numbered('calc', scenario.calcServers);
  const opServers = numbered('op', scenario.opServers.length);

  function onEventOf(name: string, number: number): (event: BusEvent) => void {
    return (event) => {
      say(name, () => inWords(event));
      if (!isBrokerName(name)) return;
      const { event: state } = event;
      if (state !== 'active' && state !== 'standby' && state !== 'stopped') return;
      const [epoch, cause] = state === 'stopped' ? [0, 'stopped'] : [event.epoch, event.cause];
      history.brokers.push({ host: name, process: number, atMs: network.nowMs(), state, epoch, cause });
    };
  }

  function startBroker(name: BrokerHost, number: number): Omit<Member, 'number'> {
    const { process, broker } = network.startBroker(name, onEventOf(name, number), ({ state, epoch }) => {
      if (state === 'active') history.activesHeard.push({ by: name, epoch, atMs: network.nowMs() });
    });
    return { process, end: () => broker.drain(), ask: undefined, tables: () => ({}) };
  }

  /** The options with which every participant is opened. */
  function participantOptions(name: string, number: number) {
    const process = network.spawn(name);
    return {
      process,
      catalogue,
      platform: process.platform,
      openLink: network.openLink(process),
      onEvent: onEventOf(name, number),
    };
  }

  function endIfFatal(
    process: SimulatedProcess,
    name: string,
    number: number,
    operation: string,
    input: unknown,
  ): void {
    if (!fatalInputs.has(input)) return;
    const of = `${operation} ${JSON.stringify(input)}`;
    history.fatalEnds.push({ name, process: number, atMs: network.nowMs(), of });
    say(name, () => `ends because of ${of}`);
    process.kill();
  }

  function startOpServer(name: string, number: number): Omit<Member, 'number'> {
    const { process, ...options } = participantOptions(name, number);
    const index = opServers.indexOf(name);
    const lanes = scenario.opServers[index];
    const server = serveOperations({
      ...options,
      handlers: seen(
        work === undefined ? operations : working(work, { name, number, process }, history),
        (operation, input) => {
          note(history.ran, `${name}#${number} ${operation} ${JSON.stringify(input)}`, process.platform.nowMs());
          endIfFatal(process, name, number, operation, input);
        },
      ),
      operations: 'all',
      concurrency: work?.slots[index % work.slots.length],
      lanes: lanes === undefined || lanes === 'all' ? 'all' : [lanes === '1' ? 1 : 2],
    });
    return { process, end: () => server.drain(), ask: undefined, tables: server.tables };
  }

  function startCalcServer(name: string, number: number): Omit<Member, 'number'> {
    const { process, ...options } = participantOptions(name, number);
    const requested = (operation: string, input: unknown): void => {
      const call = `${operation} ${JSON.stringify(input)}`;
      count(history.planned, call);
      if (work !== undefined) history.plans.push({ call, name, process: number, atMs: network.nowMs() });
    };
    const begun = (formula: string, operands: readonly unknown[]): void =>
      note(history.ran, `${name}#${number} ${formula} ${JSON.stringify(operands)}`, network.nowMs());
    const watched = Object.fromEntries(
      Object.entries(codes).map(([formula, code]): [string, AnyFormulaCode] => {
        const tell = (operands: readonly unknown[]): void => begun(formula, operands);
        return [
          formula,
          code.steps === undefined ? watchedPlan(code, tell, requested) : watchedSteps(code, tell, requested),
        ];
      }),
    );
    const here = work?.othersMs === undefined ? operations : working(work, { name, number, process }, history);
    const fallbacks = seen(here, (operation, input) => {
      history.fellBack.push({ who: name, atMs: network.nowMs() });
      endIfFatal(process, name, number, operation, input);
    });
    const server = serveFormulas({ ...options, formulas: watched, handlers: fallbacks, operationTimeoutMs });
    return { process, end: () => server.drain(), ask: undefined, tables: server.tables };
  }

  function startClient(name: string, number: number): Omit<Member, 'number'> {
    const { process, onEvent, ...options } = participantOptions(name, number);
    const bus = open({ role: 'client', ...options, onEvent });
    const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: operationTimeoutMs, onEvent });
    const formulas = createFormulaClient(bus, catalogue, requests);

    function ask(name_: string, operands: readonly number[], timeoutMs: number, fatal: boolean): void {
      if (fatal) fatalInputs.add(operands[0]);
      const formula = catalogue.formulas[name_];
      if (formula === undefined) throw new Error(`no formula ${name_}`);
      const asked: History['asked'][number] = {
        client: name,
        process: number,
        formula: name_,
        operands,
        expected: fatal ? 'no answer' : expectedOf(name_, operands),
        fatal,
        atMs: network.nowMs(),
        timeoutMs,
        settled: [],
      };
      history.asked.push(asked);
      say(name, () => `asks ${name_}(${operands.join(', ')}) within ${timeoutMs} ms`);
      formulas.ask({
        formula,
        operands,
        timeoutMs,
        settle(outcome) {
          asked.settled.push({ atMs: network.nowMs(), outcome });
          say(
            name,
            () => `${name_}(${operands.join(', ')}): ${'code' in outcome ? outcome.code : String(outcome.value)}`,
          );
        },
      });
    }

    return {
      process,
      ask,
      async end() {
        requests.close();
        await bus.close();
      },
      tables: bus.participant.tables,
    };
  }

  function startNamed(name: string, number: number): Omit<Member, 'number'> {
    if (isBrokerName(name)) return startBroker(name, number);
    if (name.startsWith('op-')) return startOpServer(name, number);
    return name.startsWith('calc-') ? startCalcServer(name, number) : startClient(name, number);
  }

  return {
    names: [...['broker', 'backup'].slice(0, scenario.brokers), ...calcServers, ...opServers, ...clients],
    clients,
    calcServers,
    misbehave(kind) {
      const process = network.spawn('stranger');
      say('stranger', () => `comes and ${misbehaviours[kind]}`);
      misbehave(kind, catalogue, network, process);
      return () => {
        say('stranger', () => 'is killed');
        process.kill();
      };
    },
    start(name) {
      processes += 1;
      const number = processes;
      const life = { name, process: number, fromMs: network.nowMs(), toMs: Number.POSITIVE_INFINITY };
      history.lives.push(life);
      say(name, () => `starts as #${number}`);
      const member = { number, ...startNamed(name, number) };
      const unwatch = member.process.onChange(() => {
        if (member.process.state() !== 'ended') return;
        life.toMs = network.nowMs();
        unwatch();
      });
      return member;
    },
  };
}

function numbered(name: string, many: number): string[] {
  return Array.from({ length: many }, (_, index) => `${name}-${index + 1}`);
}
