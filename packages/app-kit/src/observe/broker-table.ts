import type { BrokerMetrics } from '@cateto/contracts';
import type { Metric, Sample, Scraped } from './metric.ts';
import { byWord, single } from './metric.ts';

/* The metrics of a broker. */

const states: readonly BrokerMetrics['state'][] = ['standby', 'active', 'leaving'];
const of = ['broker'] as const;

function read(samples: (broker: BrokerMetrics) => readonly Sample[]): (scraped: Scraped) => readonly Sample[] {
  return ({ broker }) => (broker === undefined ? [] : samples(broker));
}

export const brokerTable: readonly Metric[] = [
  {
    name: 'cateto_broker_state',
    type: 'gauge',
    help: 'Whether the broker is in this state: 1 for one of the states, 0 for the others.',
    of,
    labels: ['state'],
    read: read(({ state }) => states.map((one) => ({ labels: { state: one }, value: one === state ? 1 : 0 }))),
  },
  {
    name: 'cateto_broker_epoch',
    type: 'gauge',
    help: 'The epoch of the broker: it grows with each takeover of either broker.',
    of,
    labels: [],
    read: read(({ epoch }) => single(epoch)),
  },
  {
    name: 'cateto_broker_takeovers_total',
    type: 'counter',
    help: 'How often the broker became active, by cause.',
    of,
    labels: ['cause'],
    read: read(({ takeovers }) => byWord(takeovers, 'cause')),
  },
  {
    name: 'cateto_broker_step_downs_total',
    type: 'counter',
    help: 'How often the broker became standby because the other one is active, by cause.',
    of,
    labels: ['cause'],
    read: read(({ stepDowns }) => byWord(stepDowns, 'cause')),
  },
  {
    name: 'cateto_broker_forwarded_messages_total',
    type: 'counter',
    help: 'Messages that publishers sent and the broker forwarded. A message is a batch of requests or results.',
    of,
    labels: [],
    read: read(({ forwarded }) => single(forwarded)),
  },
  {
    name: 'cateto_broker_forwarded_bytes_total',
    type: 'counter',
    help: 'The bytes of these messages, without their topics.',
    of,
    labels: [],
    read: read(({ forwardedBytes }) => single(forwardedBytes)),
  },
  {
    name: 'cateto_broker_connections',
    type: 'gauge',
    help: 'Open connections, by kind: publisher and subscriber. A client or op-server has one of each, a calc-server two subscribers.',
    of,
    labels: ['kind'],
    read: read(({ connections }) => byWord(connections, 'kind')),
  },
  {
    name: 'cateto_broker_subscriptions',
    type: 'gauge',
    help: 'Entries of the subscription table, by kind: request (a route of a server) and prefix (results and the like).',
    of,
    labels: ['kind'],
    read: read(({ subscriptions }) => byWord(subscriptions, 'kind')),
  },
  {
    name: 'cateto_broker_subscriptions_refused_total',
    type: 'counter',
    help: 'Subscriptions that the broker does not forward, because their topic has no form of the protocol or the table is full.',
    of,
    labels: [],
    read: read(({ subscriptionsRefused }) => single(subscriptionsRefused)),
  },
  {
    name: 'cateto_broker_unsent_bytes',
    type: 'gauge',
    help: 'Bytes that wait for connections that read too slowly, over all connections. One connection holds at most 16 MiB.',
    of,
    labels: [],
    read: read(({ unsentBytes }) => single(unsentBytes)),
  },
  {
    name: 'cateto_broker_peer_beat_age_seconds',
    type: 'gauge',
    help: 'Time since the last heartbeat of the other broker. Missing before the first one, and without another broker.',
    of,
    labels: [],
    read: read(({ peerBeatAgeMs }) => single(peerBeatAgeMs === undefined ? undefined : peerBeatAgeMs / 1_000)),
  },
];
