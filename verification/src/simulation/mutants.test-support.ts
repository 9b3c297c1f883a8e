import type { Failover, Requester, Responder } from '@cateto/protocol';
import type * as Protocol from '@cateto/protocol';
import type * as OriginLines from '../../../packages/bus/src/runs/origin-line.ts';
import type * as SubscriptionTables from '../../../packages/bus/src/broker/subscription-table.ts';
import type * as FailingServers from '../../../packages/protocol/src/requester/failing-servers.ts';
import type * as Leases from '../../../packages/protocol/src/requester/leases.ts';
import type * as PathProofs from '../../../packages/protocol/src/requester/path-proofs.ts';
import type * as Silences from '../../../packages/protocol/src/requester/silence.ts';
import type * as Servers from '../../../packages/protocol/src/requester/servers.ts';

/*
 * Mutants: machines of the protocol, each with one broken rule. The simulation has to find every one.
 */

type Machines = Pick<typeof SubscriptionTables, 'createSubscriptionTable'> &
  Pick<typeof FailingServers, 'createFailing'> &
  Pick<typeof Leases, 'createLeases'> &
  Pick<typeof OriginLines, 'createOriginLine'> &
  Pick<typeof Silences, 'createSilence'> &
  Pick<typeof PathProofs, 'createPathProofs'> &
  Pick<typeof Servers, 'createServers'> &
  Pick<
    typeof Protocol,
    'createReturnPath' | 'createFailover' | 'createJoin' | 'createListeners' | 'createRequester' | 'createResponder'
  >;
export type Mutant = (real: Machines) => Partial<Machines>;

/** Changes an input before the machine gets it, or drops it. */
type Change<I> = (input: I) => I | undefined;

const nothing: never[] = [];

function changedInput<I, E>(
  machine: { readonly handle: (input: I, nowMs: number) => E },
  change: Change<I>,
): (input: I, nowMs: number) => E {
  return (input, nowMs) => {
    const changed = change(input);
    return changed === undefined ? (nothing as E) : machine.handle(changed, nowMs);
  };
}

function requesterWith<W>(machine: Requester<W>, change: Change<Parameters<Requester<W>['handle']>[0]>): Requester<W> {
  return { ...machine, handle: changedInput(machine, change) };
}

/** A responder that remembers an id only while `knows` says so. Whenever it does not, a new memory handles the id. */
function forgetful<W>(create: () => Responder<W>, forgetsWhen: 'always' | 'answered'): Responder<W> {
  const memories: Responder<W>[] = [create()];
  const owners = new Map<string, Responder<W>>();
  const [first] = memories;
  if (first === undefined) throw new Error('there is one');
  return {
    handle(input, nowMs) {
      if (input.type === 'answered') {
        const key = `${input.sender} ${input.seq}`;
        const owner = owners.get(key) ?? first;
        if (forgetsWhen === 'answered') owners.delete(key);
        return owner.handle(input, nowMs);
      }
      if (input.type !== 'requests') return first.handle(input, nowMs);
      return input.requests.flatMap((request) => {
        const key = `${input.sender} ${request.seq}`;
        const known = forgetsWhen === 'answered' ? owners.get(key) : undefined;
        const owner = known ?? create();
        owners.set(key, owner);
        return [...owner.handle({ ...input, settledBelow: 1, requests: [request] }, nowMs)];
      });
    },
    deadlineMs: first.deadlineMs,
    counters: first.counters,
  };
}

function failoverWith(machine: Failover, change: Change<Parameters<Failover['handle']>[0]>): Failover {
  return { ...machine, handle: changedInput(machine, change) };
}

function responderWith<W>(machine: Responder<W>, change: Change<Parameters<Responder<W>['handle']>[0]>): Responder<W> {
  return { ...machine, handle: changedInput(machine, change) };
}

export const mutants: Readonly<Record<string, Mutant>> = {
  'a server runs every copy of a request': ({ createResponder }) => ({
    createResponder: <W>() => forgetful<W>(createResponder, 'always'),
  }),

  'a server forgets its answers': ({ createResponder }) => ({
    createResponder: <W>() => forgetful<W>(createResponder, 'answered'),
  }),

  'requests are sent before the return path is confirmed': ({ createRequester }) => ({
    createRequester(config) {
      const machine = createRequester<never>(config);
      machine.handle({ type: 'confirmed' }, 0);
      return requesterWith(machine, (input) => {
        return input.type === 'unconfirmed' || input.type === 'confirmed' ? undefined : input;
      });
    },
  }),

  'a held request is lost when its server comes': ({ createRequester }) => ({
    createRequester(config) {
      const machine = createRequester<never>(config);
      let markers = 0;
      return requesterWith(machine, (input) => {
        if (input.type === 'marker-up' || input.type === 'marker-down') markers = input.held;
        return input.type === 'call' && markers === 0 ? undefined : input;
      });
    },
  }),

  'a requester waits for a server that vanished': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) => (input.type === 'listener-down' ? undefined : input)),
  }),

  'servers send no beats': ({ createResponder }) => ({
    createResponder<W>(config?: Parameters<typeof createResponder<W>>[0]) {
      const responder = createResponder<W>(config);
      return {
        ...responder,
        handle: (input: Parameters<typeof responder.handle>[0], nowMs: number) =>
          responder.handle(input, nowMs).filter(({ type }) => type !== 'beat'),
      };
    },
  }),

  'a lease is forgotten at once': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) =>
        input.type === 'beat' ? { ...input, silentMs: 0 } : input,
      ),
  }),

  'the end of a server counts as a withdrawal': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) => (input.type === 'server-ended' ? undefined : input)),
  }),

  'a withdrawal counts as the end of a server': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) =>
        input.type === 'listener-down' ? { type: 'server-ended', address: input.address } : input,
      ),
  }),

  'requests are not resent when a broker takes over': ({ createRequester }) => ({
    createRequester(config) {
      const machine = createRequester<never>(config);
      const takeover = new Set<string>(['marker-up', 'marker-down', 'confirmed', 'unconfirmed']);
      let confirmed = false;
      return requesterWith(machine, (input) => {
        if (confirmed && takeover.has(input.type)) return undefined;
        confirmed ||= input.type === 'confirmed';
        return input;
      });
    },
  }),

  'a deadline passes unnoticed': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) => {
        return input.type === 'call'
          ? { ...input, call: { ...input.call, deadlineMs: input.call.deadlineMs + 60_000 } }
          : input;
      }),
  }),

  'two requests have one id': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) => {
        if (input.type !== 'call') return input;
        const { seq } = input.call;
        return { ...input, call: { ...input.call, seq: seq % 5 === 0 ? seq - 1 : seq } };
      }),
  }),

  'open requests are reported as settled': ({ createRequester }) => ({
    createRequester(config) {
      const machine = createRequester<never>(config);
      return { ...machine, settledBelow: () => machine.settledBelow() + 1 };
    },
  }),

  'the watermark passes a slow request without naming it': ({ createRequester }) => ({
    createRequester: (config) => ({ ...createRequester<never>(config), stragglers: () => undefined }),
  }),

  'an answer settles another request': ({ createRequester }) => ({
    createRequester(config) {
      const open = new Set<number>();
      const machine = createRequester<never>(config);
      return requesterWith(machine, (input) => {
        if (input.type === 'call') open.add(input.call.seq);
        if (input.type !== 'results') return input;
        const results = input.results.map((result) => {
          const seq = open.has(result.seq) ? result.seq : ([...open].at(-1) ?? result.seq);
          open.delete(result.seq);
          return { ...result, seq };
        });
        return { ...input, results };
      });
    },
  }),

  'the hello is sent only once': ({ createReturnPath }) => ({
    createReturnPath() {
      const returnPath = createReturnPath();
      return {
        ...returnPath,
        handle: (input, nowMs) =>
          returnPath.handle(input, nowMs).filter((effect) => input.type !== 'tick' || effect.type !== 'say-hello'),
      };
    },
  }),

  'the epoch is ignored': ({ createFailover }) => ({
    createFailover: (config) =>
      failoverWith(createFailover(config), (input) => {
        return input.type === 'beat' ? { ...input, beat: { ...input.beat, epoch: 0 } } : input;
      }),
  }),

  'a broker waits for a silent peer': ({ createFailover }) => ({
    createFailover: (config) =>
      failoverWith(createFailover(config), (input) => (input.type === 'heartbeats-read' ? undefined : input)),
  }),

  'operands that arrive in different batches are lost': ({ createJoin }) => ({
    createJoin() {
      const join = createJoin();
      return {
        ...join,
        handle: changedInput(join, (input) => (input.type === 'operands' && input.n === 3 ? undefined : input)),
      };
    },
  }),

  'a withdrawn listener stays in the table': ({ createListeners }) => ({
    createListeners(config) {
      const listeners = createListeners(config);
      return {
        ...listeners,
        handle(input) {
          const marker = input.topic.startsWith('calc.broker.');
          return input.type === 'unsubscribed' && !marker ? nothing : listeners.handle(input);
        },
      };
    },
  }),

  'a broker withdraws its listeners before its marker': ({ createSubscriptionTable }) => ({
    createSubscriptionTable(address) {
      const table = createSubscriptionTable(address);
      return {
        ...table,
        deactivate() {
          const [marker, ...rest] = table.deactivate();
          return marker === undefined ? [] : [...rest, marker];
        },
      };
    },
  }),

  'a broker announces its marker before its listeners': ({ createSubscriptionTable }) => ({
    createSubscriptionTable(address) {
      const table = createSubscriptionTable(address);
      return {
        ...table,
        activate(epoch) {
          const topics = table.activate(epoch);
          const isRequest = (topic: string): boolean => topic.includes('.request.');
          return [...topics.filter((topic) => !isRequest(topic)), ...topics.filter(isRequest)];
        },
      };
    },
  }),

  'a broker mistakes a restarted peer for the former one': ({ createFailover }) => ({
    createFailover(config) {
      let first: string | undefined;
      return failoverWith(createFailover(config), (input) => {
        if (input.type !== 'beat') return input;
        first ??= input.beat.incarnation;
        return input.beat.incarnation === first ? input : undefined;
      });
    },
  }),

  'a broker has no marker': ({ createSubscriptionTable }) => ({
    createSubscriptionTable(address) {
      const table = createSubscriptionTable(address);
      return { ...table, activate: (epoch) => table.activate(epoch).slice(0, -1) };
    },
  }),

  'no beat is sent before a handler blocks': ({ createResponder }) => ({
    createResponder: <W>(config?: Parameters<typeof createResponder<W>>[0]) =>
      responderWith(createResponder<W>(config), (input) => (input.type === 'announce' ? undefined : input)),
  }),

  'a requester ignores that a server drains': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) =>
        input.type === 'beat' ? { ...input, leaving: undefined } : input,
      ),
  }),

  'windows are ignored': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>({ ...config, earnedFirst: 8_192 }), (input) =>
        input.type === 'beat' ? { ...input, windows: {} } : input,
      ),
  }),

  'a lease never ends': ({ createLeases }) => ({
    createLeases() {
      const leases = createLeases();
      return { ...leases, beat: (address, _silentMs, nowMs) => leases.beat(address, Number.POSITIVE_INFINITY, nowMs) };
    },
  }),

  'a lease is forgotten at a failover': ({ createLeases }) => ({
    createLeases() {
      const leases = createLeases();
      const addresses = new Set<string>();
      return {
        ...leases,
        beat(address, silentMs, nowMs) {
          addresses.add(address);
          leases.beat(address, silentMs, nowMs);
        },
        renew() {
          for (const address of addresses) leases.forget(address);
          addresses.clear();
        },
      };
    },
  }),

  'requests move although no broker forwards': ({ createPathProofs }) => ({
    createPathProofs: (prove) => ({ ...createPathProofs(prove), waitMs: () => 0 }),
  }),

  'a server does not have to earn its window': ({ createRequester }) => ({
    createRequester: (config) => createRequester<never>({ ...config, earnedFirst: 8_192 }),
  }),

  'a server that fails attracts the requests that wait': ({ createFailing }) => ({
    createFailing: () => ({ ...createFailing(), failed: () => undefined }),
  }),

  'a lack of room counts as a lack of listeners': ({ createServers }) => ({
    createServers(...given: Parameters<typeof createServers>) {
      const servers = createServers(...given);
      return {
        ...servers,
        choose(...of) {
          const choice = servers.choose(...of);
          return choice === 'full' ? undefined : choice;
        },
      };
    },
  }),

  'no request is given back': ({ createResponder }) => ({
    createResponder: <W>(config?: Parameters<typeof createResponder<W>>[0]) =>
      responderWith(createResponder<W>(config), (input) => (input.type === 'waits-long' ? undefined : input)),
  }),

  'a returned request stays at its server': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) =>
        input.type === 'beat' ? { ...input, returned: [] } : input,
      ),
  }),

  'a server begins what arrived while it was blocked': ({ createResponder }) => ({
    createResponder: <W>(config?: Parameters<typeof createResponder<W>>[0]) =>
      responderWith(createResponder<W>(config), (input) => (input.type === 'was-blocked' ? undefined : input)),
  }),

  'clients do not take turns': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) =>
        input.type === 'call' ? { ...input, call: { ...input.call, origin: undefined } } : input,
      ),
  }),

  'clients take turns at servers by number': ({ createOriginLine }) => ({
    createOriginLine: (resentFirst) => ({
      ...createOriginLine(resentFirst),
      took: () => undefined,
      began: () => undefined,
      ended: () => undefined,
    }),
  }),

  'a request moves at once when its server is not listed any more': ({ createSilence }) => ({
    createSilence: <W>(parts: Parameters<typeof createSilence<W>>[0]) => ({
      ...createSilence<W>(parts),
      stays: () => false,
    }),
  }),

  'the other calls of a failed formula are computed': ({ createRequester }) => ({
    createRequester: (config) =>
      requesterWith(createRequester<never>(config), (input) => (input.type === 'cancel' ? undefined : input)),
  }),
};
