import type { BusEvent } from '@cateto/bus';
import { failoversIn } from '../shared/failovers.ts';
import type { Figure, Host, PlayAction, PlayProcess, Stage, Story } from '../shared/playground.ts';
import { hosts, linkName, links, shownNames } from '../shared/playground.ts';
import type { RequestRow } from '../shared/request.ts';
import { createDiary } from './diary.ts';
import { figureOf } from './figure.ts';
import type { PlaySystem } from './system.ts';
import { createPlaySystem } from './system.ts';
import { createTraffic } from './traffic.ts';

/* One system from its start to the next one: what is done to it, and what can be said about it. */

export interface Run {
  readonly seed: number;
  readonly network: PlaySystem['network'];
  /** @returns the request's id; undefined when no client runs */
  ask(formula: string, operands: readonly number[]): string | undefined;
  act(host: Host, action: PlayAction): void;
  link(one: string, other: string, action: 'cut' | 'heal'): void;
  row(id: string | undefined): RequestRow | undefined;
  /** A message of a request is on a link. */
  isBusy(): boolean;
  /** A broker is active. */
  isLed(): boolean;
  /** Changes with everything that a person wants to see. */
  version(): number;
  stage(): Pick<Stage, 'seed' | 'nowMs' | 'processes' | 'cuts' | 'flying' | 'omitted'>;
  story(): Story;
  /** @param id of a request; unless given, or when it is not kept any more, the latest */
  figure(id: string | undefined): Figure | undefined;
}

export interface RunEvents {
  /** Messages of requests were sent: of these kinds. */
  sent(kinds: readonly string[]): void;
  settled(id: string): void;
}

const servers: readonly Host[] = ['calc-server', 'op-server-1', 'op-server-2'];
/** By then, the servers of a healthy system listen. */
const readyMaxMs = 5_000;
/** The client's return path is confirmed within a few round trips. */
const afterReadyMs = 100;
const flyingMax = 150;
/** How many of the last ones the page shows: a failover has some 14 events. */
const rowsTold = 10;
const eventsTold = 14;

interface Condition {
  readonly text: string;
  readonly isActive: boolean;
}

const isBroker = (host: Host): boolean => host === 'broker' || host === 'backup';

/** Starts a system, and lets it become ready. Its time counts from there. */
export async function beginRun(seed: number, { sent, settled }: RunEvents): Promise<Run> {
  const conditions = new Map<Host, Condition>();
  const ready = new Set<Host>();
  const cuts = new Set<string>();
  const traffic = createTraffic();
  const diary = createDiary((address) => {
    const host = system.hostOf(address);
    return host === undefined ? address : shownNames[host];
  });
  const system: PlaySystem = createPlaySystem(seed, {
    onEvent(host, event, atMs) {
      if (event.event === 'ready') ready.add(host);
      const condition = conditionAfter(host, event);
      if (condition !== undefined) conditions.set(host, condition);
      diary.reported(host, event, atMs);
    },
    onMessage(passage) {
      const hops = traffic.take(passage);
      for (const hop of hops) diary.passed(hop);
      if (hops.length > 0) sent(hops.map(({ message }) => message.kind));
    },
    onSettled(id, outcome, atMs) {
      diary.settled(id, outcome, atMs);
      settled(id);
    },
  });
  const { network } = system;
  while (network.nowMs() < readyMaxMs && !servers.every((host) => ready.has(host)))
    await network.runTo(network.nowMs() + 1);
  await network.runTo(network.nowMs() + afterReadyMs);
  const originMs = network.nowMs();

  function clientCondition(): Condition {
    const open = diary.open();
    return {
      text: open === 0 ? 'no open request' : `${open} open ${open === 1 ? 'request' : 'requests'}`,
      isActive: false,
    };
  }

  return {
    seed,
    network,
    ask(formula, operands) {
      const id = system.ask(formula, operands);
      if (id !== undefined) diary.asked(id, formula, operands, network.nowMs());
      return id;
    },
    act(host, action) {
      const atMs = network.nowMs();
      if (!system.act(host, action)) return;
      if (action === 'kill' || action === 'start') conditions.delete(host);
      diary.acted(shownNames[host], acts[action], '', atMs);
      if (action === 'kill' && host === 'client') diary.abandoned();
    },
    link(one, other, action) {
      const name = linkName(one, other);
      if (!links.some(([from, to]) => linkName(from, to) === name) || cuts.has(name) === (action === 'cut')) return;
      network[action](one, other);
      network[action](other, one);
      if (action === 'cut') cuts.add(name);
      else cuts.delete(name);
      const what = action === 'cut' ? 'is cut' : 'has healed';
      const text = `link to the ${shownNames[other as Host]} ${what}`;
      diary.acted(shownNames[one as Host], action === 'cut' ? 'cut' : 'healed', text, network.nowMs());
    },
    row: (id) => diary.get(id)?.row,
    isBusy: traffic.isBusy,
    isLed: () => hosts.some((host) => system.stateOf(host) === 'running' && conditions.get(host)?.isActive === true),
    version: diary.version,
    stage() {
      const flying = traffic.flying(network.nowMs());
      return {
        seed,
        nowMs: network.nowMs() - originMs,
        processes: hosts.map((name): PlayProcess => {
          const state = system.stateOf(name);
          const { text = '', isActive = false } = name === 'client' ? clientCondition() : (conditions.get(name) ?? {});
          return { name, shown: shownNames[name], state, condition: text, isActive: isActive && state === 'running' };
        }),
        cuts: [...cuts],
        flying: flying.slice(-flyingMax),
        omitted: Math.max(0, flying.length - flyingMax),
      };
    },
    story() {
      const rows = diary.rows().map((row) => Object.assign({}, row, { startMs: row.startMs - originMs }));
      const events = diary.events.map((event) => Object.assign({}, event, { atMs: event.atMs - originMs }));
      const failover = failoversIn(events, rows).at(-1);
      return {
        rows: rows.slice(-rowsTold),
        requests: rows.length,
        answered: rows.filter(({ ending }) => ending === 'value').length,
        events: events.filter(({ atMs }) => atMs >= 0).slice(-eventsTold),
        failover,
        isUnderWay: rows.some(({ ending, startMs }) => ending === 'open' && startMs <= (failover?.atMs ?? 0)),
      };
    },
    figure(id) {
      const asked = diary.get(id) ?? diary.latest();
      return asked === undefined ? undefined : figureOf(asked, diary.events, traffic.lastBeat);
    },
  };
}

const acts: Readonly<Record<PlayAction, string>> = {
  kill: 'killed',
  stop: 'paused',
  resume: 'resumed',
  start: 'process-started',
};

function conditionAfter(host: Host, event: BusEvent): Condition | undefined {
  switch (event.event) {
    case 'active':
    case 'standby':
      return { text: `${event.event}, epoch ${event.epoch}`, isActive: event.event === 'active' };
    case 'ready':
    case 'active-broker-reached':
      return isBroker(host) ? undefined : { text: 'listens', isActive: false };
    case 'active-broker-lost':
      return { text: 'reaches no broker', isActive: false };
    default:
      return undefined;
  }
}
