import type { BusEvent } from '@cateto/bus';
import { createFormulaClient, createRequesterDriver, open, serveFormulas, serveOperations } from '@cateto/bus';
import { formulaCodes, handlers } from '@cateto/compute';
import type { Failure, Lane, Success } from '@cateto/contracts';
import { calculator, requestId } from '@cateto/contracts';
import type { Passage, SimulatedNetwork, SimulatedProcess } from '@cateto/simulation';
import { createNetwork } from '@cateto/simulation';
import type { Host, PlayAction, PlayState } from '../shared/playground.ts';
import { hosts } from '../shared/playground.ts';

/* The calculator on a simulated network: the real brokers, servers and client, each in a process of its own. */

export interface PlaySystem {
  readonly network: SimulatedNetwork;
  stateOf(host: Host): PlayState;
  /** The host of a participant or broker; undefined for one that is not known yet. */
  hostOf(address: string): Host | undefined;
  /** @returns the request's id; undefined when no client runs */
  ask(formula: string, operands: readonly number[]): string | undefined;
  /** Does nothing when the state of the process does not allow it. @returns whether it was done */
  act(host: Host, action: PlayAction): boolean;
}

export interface PlayEvents {
  onEvent(host: Host, event: BusEvent, atMs: number): void;
  onMessage(passage: Passage): void;
  onSettled(id: string, outcome: Success | Failure, atMs: number): void;
}

/** As `cluster` starts them: each op-server has half of the lanes. */
const lanesOf: Partial<Record<Host, readonly Lane[]>> = {
  'op-server-1': [1, 3, 5, 7],
  'op-server-2': [2, 4, 6, 8],
};
const operationTimeoutMs = 2_000;
const timeoutMs = 5_000;
/** A network of usual switches. Hops of similar length are easier to follow than the simulation's usual ones. */
const delayMs = [0.3, 0.6] as const;

type Ask = (formula: string, operands: readonly number[]) => string | undefined;

export function createPlaySystem(seed: number, { onEvent, onMessage, onSettled }: PlayEvents): PlaySystem {
  const network = createNetwork({ seed, delayMs, lateShare: 0, onMessage });
  const processes = new Map<Host, SimulatedProcess>();
  const byAddress = new Map<string, Host>();
  let askClient: Ask | undefined;

  function heard(host: Host): (event: BusEvent) => void {
    return (event) => {
      if (event.event === 'ready') byAddress.set(event.address, host);
      onEvent(host, event, network.nowMs());
    };
  }

  function startBroker(host: 'broker' | 'backup'): void {
    const { process, broker } = network.startBroker(host, heard(host));
    byAddress.set(broker.address, host);
    processes.set(host, process);
  }

  function optionsOf(host: Host) {
    const process = network.spawn(host);
    processes.set(host, process);
    const { platform } = process;
    return { catalogue: calculator, platform, openLink: network.openLink(process), onEvent: heard(host) };
  }

  function startClient(): void {
    const options = optionsOf('client');
    const bus = open({ role: 'client', ...options });
    byAddress.set(bus.address, 'client');
    const requests = createRequesterDriver(bus.participant, {
      answerTimeoutMs: operationTimeoutMs,
      onEvent: options.onEvent,
    });
    const formulas = createFormulaClient(bus, calculator, requests);
    askClient = (name, operands) => {
      const formula = Object.values(calculator.formulas).find((one) => one.name === name);
      if (formula === undefined || formula.operands.length !== operands.length) return undefined;
      const seq = formulas.ask({
        formula,
        operands,
        timeoutMs,
        // The calls of the request carry its id, so that they can be shown with it.
        trace: true,
        settle: (outcome, number) => onSettled(requestId(bus.address, number), outcome, network.nowMs()),
      });
      return requestId(bus.address, seq);
    };
  }

  function start(host: Host): void {
    switch (host) {
      case 'broker':
      case 'backup':
        return startBroker(host);
      case 'client':
        return startClient();
      case 'calc-server': {
        const { address } = serveFormulas({
          ...optionsOf(host),
          formulas: formulaCodes,
          handlers,
          operationTimeoutMs,
        });
        byAddress.set(address, host);
        return;
      }
      case 'op-server-1':
      case 'op-server-2': {
        const lanes = lanesOf[host] ?? 'all';
        const { address } = serveOperations({ ...optionsOf(host), handlers, operations: 'all', lanes });
        byAddress.set(address, host);
      }
    }
  }

  function stateOf(host: Host): PlayState {
    const state = processes.get(host)?.state();
    if (state === undefined || state === 'ended') return 'ended';
    return state === 'running' ? 'running' : 'stopped';
  }

  for (const host of hosts) start(host);

  return {
    network,
    stateOf,
    hostOf: (address) => byAddress.get(address),
    ask: (formula, operands) => (stateOf('client') === 'ended' ? undefined : askClient?.(formula, operands)),
    act(host, action) {
      const state = stateOf(host);
      const process = processes.get(host);
      if (action === 'start') {
        if (state !== 'ended') return false;
        start(host);
        return true;
      }
      if (process === undefined || state === 'ended') return false;
      if (action === 'kill') process.kill();
      else if (action === 'stop' && state === 'running') process.stop();
      else if (action === 'resume' && state === 'stopped') process.continue();
      else return false;
      return true;
    },
  };
}
