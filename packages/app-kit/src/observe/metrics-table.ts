import { brokerTable } from './broker-table.ts';
import type { Metric, Sample, Scraped } from './metric.ts';
import { byWord } from './metric.ts';
import { callerTable, serverTable } from './server-table.ts';
import { catetoVersion } from '../version.ts';

/*
 * Every metric that Cateto exports besides those of Node: the one place that says its name, meaning and source.
 * docs/metrics.md is made from this table.
 */

const everywhere = ['broker', 'op-server', 'calc-server'] as const;

function dropped({ broker, servers }: Scraped): readonly Sample[] {
  const ofServers = servers.flatMap((one) => byWord(one.dropped, 'cause', { role: one.role }));
  return broker === undefined ? ofServers : [...byWord(broker.dropped, 'cause', { role: broker.role }), ...ofServers];
}

const processTable: readonly Metric[] = [
  {
    name: 'cateto_info',
    type: 'gauge',
    help: 'Always 1. The labels are the program and its version.',
    of: everywhere,
    labels: ['app', 'version'],
    read: ({ app }) => [{ labels: { app, version: catetoVersion() }, value: 1 }],
  },
  {
    name: 'cateto_ready',
    type: 'gauge',
    help: 'Whether /readyz answers 200: 1 or 0.',
    of: everywhere,
    labels: [],
    read: ({ ready }) => [{ labels: {}, value: ready ? 1 : 0 }],
  },
  {
    name: 'cateto_dropped_messages_total',
    type: 'counter',
    help: 'Messages that could not be read or sent, by cause.',
    of: everywhere,
    labels: ['role', 'cause'],
    read: dropped,
  },
];

export const metricsTable: readonly Metric[] = [...processTable, ...brokerTable, ...serverTable, ...callerTable];
