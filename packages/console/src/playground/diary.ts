import type { BusEvent } from '@cateto/bus';
import type { Failure, Success } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import { bounded, valueText } from '../server/bounded.ts';
import type { Host } from '../shared/playground.ts';
import { shownNames } from '../shared/playground.ts';
import type { RequestRow } from '../shared/request.ts';
import type { Level, SystemEvent } from '../shared/state.ts';
import type { Hop } from './traffic.ts';

/* The diary of a simulated system: the events of its processes, its requests, and the messages of each request. */

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface Asked {
  readonly row: Writable<RequestRow>;
  readonly hops: Hop[];
}

export interface Diary {
  readonly events: readonly SystemEvent[];
  rows(): readonly RequestRow[];
  get(id: string | undefined): Asked | undefined;
  latest(): Asked | undefined;
  /** A process reported an event. */
  reported(host: Host, event: BusEvent, atMs: number): void;
  /** A person, or a scene, did something to a process or a link. */
  acted(process: string, event: string, text: string, atMs: number): void;
  asked(id: string, formula: string, operands: readonly number[], atMs: number): void;
  passed(hop: Hop): void;
  settled(id: string, outcome: Success | Failure, atMs: number): void;
  /** How many requests have no outcome yet. */
  open(): number;
  /** The client has ended, so no answer comes any more. */
  abandoned(): void;
  /** Changes with each entry. */
  version(): number;
}

const eventsMax = 400;
const requestsMax = 400;
const hopsMax = 200;

/** Events that explain nothing here. */
const tooFine: ReadonlySet<string> = new Set(['message-dropped', 'handler-log']);
const warnings: ReadonlySet<string> = new Set(['fallback', 'broker-down', 'active-broker-lost', 'broker-unreachable']);

export function createDiary(nameOf: (address: string) => string): Diary {
  const events: SystemEvent[] = [];
  const requests = new Map<string, Asked>();
  let version = 0;

  function add(event: SystemEvent): void {
    version += 1;
    events.push(event);
    if (events.length > eventsMax) events.shift();
  }

  return {
    events,
    rows: () => Array.from(requests.values(), ({ row }) => ({ ...row })),
    get: (id) => (id === undefined ? undefined : requests.get(id)),
    latest: () => [...requests.values()].at(-1),
    reported(host, event, atMs) {
      if (tooFine.has(event.event)) return;
      const level: Level = warnings.has(event.event) ? 'warn' : 'info';
      const epoch = 'epoch' in event ? event.epoch : undefined;
      add({ atMs, process: shownNames[host], event: event.event, level, text: wordsOf(event, nameOf), epoch });
    },
    acted: (process, event, text, atMs) => add({ atMs, process, event, level: 'warn', text, epoch: undefined }),
    asked(id, formula, operands, atMs) {
      version += 1;
      const row = {
        id,
        formula,
        client: shownNames.client,
        server: undefined,
        operands: operands.join(', '),
        ending: 'open' as const,
        code: undefined,
        outcome: '',
        startMs: atMs,
        tookMs: undefined,
        fallbacks: [],
        attempts: 1,
      };
      requests.set(id, { row, hops: [] });
      const [oldest] = requests.keys();
      if (requests.size > requestsMax && oldest !== undefined) requests.delete(oldest);
    },
    passed(hop) {
      const found = requests.get(hop.request);
      if (found === undefined) return;
      version += 1;
      const { kind, attempt, to } = hop.message;
      if (kind === 'operand') {
        found.row.attempts = Math.max(found.row.attempts, attempt);
        found.row.server = nameOf(to);
      }
      if (found.hops.length < hopsMax) found.hops.push(hop);
    },
    settled(id, outcome, atMs) {
      const found = requests.get(id);
      if (found === undefined) return;
      version += 1;
      const { row } = found;
      row.tookMs = atMs - row.startMs;
      if (isFailure(outcome)) {
        row.ending = 'failed';
        row.code = outcome.code;
        row.outcome = bounded(outcome.message, 120);
      } else {
        row.ending = 'value';
        row.outcome = valueText(outcome.value, 120);
        row.fallbacks = [...outcome.fallbacks];
      }
    },
    open: () => Array.from(requests.values()).filter(({ row }) => row.ending === 'open').length,
    abandoned() {
      version += 1;
      for (const { row } of requests.values()) if (row.ending === 'open') row.ending = 'unseen';
    },
    version: () => version,
  };
}

/** Fields that explain nothing here, or that the event has in another place. */
const untold: ReadonlySet<string> = new Set(['event', 'ports', 'routes', 'stack', 'rank', 'ended']);

/** `epoch 2, peer-refused, silent for 2 ms` */
function wordsOf(event: BusEvent, nameOf: (address: string) => string): string {
  const told = Object.entries(event)
    .filter(([name, value]) => !untold.has(name) && value !== undefined)
    .map(([name, value]) => {
      if (name === 'address') return nameOf(String(value));
      if (name === 'cause' || name === 'state') return String(value);
      if (name === 'silentMs') return `silent for ${String(value)} ms`;
      return name.endsWith('Ms') ? `${name.slice(0, -2)} ${String(value)} ms` : `${name} ${String(value)}`;
    });
  return bounded(told.join(', '), 400);
}
