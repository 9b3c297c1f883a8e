import { signal } from '@preact/signals';
import type { Failover } from '../shared/state.ts';
import { keptOf } from '../shared/keeping.ts';
import type { RequestRow } from '../shared/request.ts';
import type {
  Point,
  ProcessState,
  StreamEvents,
  StreamName,
  SystemEvent,
  SystemState,
  Welcome,
} from '../shared/state.ts';
import { eventsMax, pointsMax } from '../shared/state.ts';

/* The state of the page. The stream writes it, the views read it. */

export const link = signal<'connecting' | 'live' | 'lost'>('connecting');
export const welcome = signal<Welcome | undefined>(undefined);
export const state = signal<SystemState | undefined>(undefined);
export const points = signal<readonly Point[]>([]);
export const events = signal<readonly SystemEvent[]>([]);
export const processes = signal<readonly ProcessState[]>([]);
/** In the order in which they began. */
export const requests = signal<readonly RequestRow[]>([]);
/** The page has everything that happened before it was opened. */
export const complete = signal(false);

export const failovers = signal<readonly Failover[]>([]);

const byId = new Map<string, RequestRow>();
let drawing = false;

export const take: { readonly [N in StreamName]: (data: StreamEvents[N]) => void } = {
  welcome(data) {
    welcome.value = data;
    points.value = [];
    events.value = [];
    failovers.value = [];
    complete.value = false;
    byId.clear();
  },
  complete() {
    complete.value = true;
    link.value = 'live';
    drawSoon();
  },
  state(data) {
    state.value = data;
    link.value = 'live';
  },
  points(data) {
    points.value = [...points.value, ...data].slice(-pointsMax);
  },
  events(data) {
    events.value = [...events.value, ...data].toSorted((a, b) => a.atMs - b.atMs).slice(-eventsMax);
  },
  processes(data) {
    processes.value = data;
  },
  failovers(data) {
    failovers.value = data;
  },
  requests(data) {
    for (const row of data) byId.set(row.id, row);
    drawSoon();
  },
};

/** Several changes are one drawing. */
function drawSoon(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const rows = keptOf([...byId.values()].toSorted((a, b) => a.startMs - b.startMs));
    if (rows.length < byId.size) {
      byId.clear();
      for (const row of rows) byId.set(row.id, row);
    }
    requests.value = rows;
  });
}
