import type { Catalogue, HttpAddress } from '@cateto/contracts';
import { formatHttpAddress, isLoopback, version } from '@cateto/contracts';
import type { BusEvent, ClientBase } from '@cateto/sdk';
import { randomUUID } from 'node:crypto';
import type { EventSource } from './observed/event-source.ts';
import { clientEvents } from './observed/client-events.ts';
import { createFailoverLog } from './observed/failover-log.ts';
import { createLatencies } from './observed/latencies.ts';
import { createObservation } from './observed/observation.ts';
import { createNames } from './observed/names.ts';
import { createRequestBook } from './observed/request-book.ts';
import { createSampler } from './observed/sampler.ts';
import { createSystemWatch } from './observed/system-watch.ts';
import type { ProcessControl } from './process-control.ts';
import { createApp } from './server/app.ts';
import { callFromPage } from './server/calls.ts';
import { catalogueInJson } from './server/catalogue.ts';
import { createHistory } from './server/history.ts';
import { listen } from './server/listen.ts';
import { openPages } from './server/open-pages.ts';
import { readPage } from './server/page-files.ts';
import type { SystemEvent } from './shared/state.ts';

export type ConsoleClient = Pick<
  ClientBase<Catalogue>,
  'address' | 'catalogue' | 'call' | 'status' | 'watch' | 'events' | 'close'
>;

export interface ConsoleOptions {
  readonly address: HttpAddress;
  /** Required on every address but loopback. On loopback it is optional. */
  readonly token: string | undefined;
  /** Whether pages may call formulas and act on processes. */
  readonly mayCall: boolean;
  /** The folder of the built page. */
  readonly page: string;
  /** Messages that are observed in a second, at most. */
  readonly messagesMax?: number;
  connect(onEvent: (event: BusEvent) => void): Promise<ConsoleClient>;
  /**
   * The events of the processes, from the start of the console on. Unless given, the console asks the processes for
   * them while a page is open.
   */
  readonly events?: EventSource | undefined;
  /** The name that a cluster gives to a process of this machine. */
  readonly nameOfProcess?: (pid: number) => string | undefined;
  /** The processes of a cluster, for a console that may end and restart them. */
  readonly processes?: ProcessControl | undefined;
}

export interface Console {
  /** The address to open in a browser, with the token if the console needs one. */
  readonly url: string;
  close(): Promise<void>;
}

/** Some 280 hypotenuses a second: more than anyone reads, and a small share of what a broker forwards. */
const messagesMaxDefault = 2_000;
const lookEveryMs = 1_000;
const flushEveryMs = 250;

/**
 * Opens a console: a web server, and a client of the bus.
 *
 * @throws Error when the address cannot be bound, or would be open to everyone
 */
export async function openConsole(options: ConsoleOptions): Promise<Console> {
  const { address, token, mayCall, processes } = options;
  if (token === undefined && !isLoopback(address.host)) throw new Error(`a console on ${address.host} needs a token`);
  const page = readPage(options.page);
  const ending = new AbortController();
  const nowMs = (): number => performance.timeOrigin + performance.now();
  const client = await options.connect(() => undefined);
  const latencies = createLatencies();
  const names = createNames(options.nameOfProcess ?? (() => undefined));
  names.call(client.address, 'console');
  const book = createRequestBook(latencies);
  const history = createHistory({
    welcome: { version, startedMs: nowMs(), mayCall, chaos: processes !== undefined },
    rows: () => book.all().map(({ row }) => row),
  });
  const sampler = createSampler({
    watch: (onMessage) => client.watch(onMessage),
    onMessage: (message) => book.passed(message),
    onPause: (sinceMs) => book.paused(sinceMs),
    messagesMax: options.messagesMax ?? messagesMaxDefault,
    nowMs,
  });
  const watch = createSystemWatch({
    client,
    catalogue: client.catalogue,
    book,
    latencies,
    names,
    limited: () => sampler.limited,
    nowMs,
    onState(state, point, derived) {
      history.state(state, point);
      if (options.events === undefined) arrived.push(...derived);
    },
    onFailed(event) {
      if (!ending.signal.aborted) history.events([event]);
    },
  });
  const arrived: SystemEvent[] = [];
  const onEvent = (event: SystemEvent): void => void arrived.push(event);
  const observation = createObservation(
    sampler,
    options.events === undefined ? clientEvents(client, names) : undefined,
    onEvent,
  );
  const pages = openPages({ run: randomUUID(), history, ending: ending.signal, observation });
  const events = options.events?.start(onEvent);
  const failovers = createFailoverLog({
    events: () => history.kept,
    rows: () => book.all().map(({ row }) => row),
    observed: (fromMs, toMs) => sampler.observed(fromMs, toMs),
  });
  const listing = processes?.watch((states) => history.processes(states));

  const app = createApp({
    host: address.host,
    token,
    page,
    mayCall,
    stream: pages.stream,
    request(id) {
      const found = book.get(id);
      if (found === undefined) return undefined;
      const { row, messages, omitted, inferred } = found;
      const addresses = new Set(messages.flatMap(({ from, to }) => [from, to]));
      const called = Object.fromEntries(Array.from(addresses, (one) => [one, names.of(one)]));
      return { ...row, messages, omitted, inferred, names: called };
    },
    catalogue: () => catalogueInJson(client.catalogue),
    call: (request) => callFromPage(client, client.catalogue, request),
    processes,
  });

  async function look(): Promise<void> {
    const startMs = performance.now();
    await watch.look();
    latencies.forget(nowMs());
    book.expire(nowMs());
    sampler.nextSecond();
    if (ending.signal.aborted) return;
    looking = setTimeout(again, Math.max(0, lookEveryMs - (performance.now() - startMs)));
  }

  function again(): void {
    looked = look();
  }

  let looking: NodeJS.Timeout | undefined;
  let looked: Promise<void> = Promise.resolve();
  // A page that opens at once finds the events of a cluster.
  flush();
  const flushing = setInterval(flush, flushEveryMs);

  function flush(): void {
    history.requests(book.changes());
    history.events(arrived.splice(0));
    const counted = failovers.update(nowMs());
    if (counted !== undefined) history.failovers(counted);
  }

  async function close(): Promise<void> {
    ending.abort();
    clearTimeout(looking);
    clearInterval(flushing);
    listing?.close();
    await Promise.all([observation.stop(), events?.close(), server?.close()]);
    await client.close();
    await looked;
  }

  let server: Awaited<ReturnType<typeof listen>> | undefined;
  try {
    server = await listen(app.fetch, address, (text) =>
      history.events([
        { atMs: nowMs(), process: 'console', event: 'connections-refused', level: 'error', text, epoch: undefined },
      ]),
    );
  } catch (error) {
    await close();
    throw error;
  }
  again();
  const url = `http://${formatHttpAddress({ host: shown(address.host), port: server.port })}/`;
  return { url: token === undefined ? url : `${url}?token=${token}`, close };
}

/** An address that stands for all addresses of this machine cannot be opened. */
function shown(host: string): string {
  return host === '0.0.0.0' || host === '[::]' ? 'localhost' : host;
}
