import type { Paint } from '@cateto/app-kit';
import type { BrokerView, ServerStatus, SystemStatus } from '@cateto/sdk';
import { oneLine } from '../one-line.ts';
import { servesText } from './serves.ts';
import type { Column } from './table.ts';
import { table } from './table.ts';

/** For people: two tables. */
export function statusText(status: SystemStatus, paint: Paint): string {
  const servers = status.servers.toSorted(byRoleThenWork);
  return [
    'brokers\n',
    table(brokerColumns(paint), status.brokers),
    '\nservers\n',
    servers.length === 0 ? 'none\n' : table(serverColumns, servers),
  ].join('');
}

/** For machines: one line; what is not known is null, so that every broker has the same keys. */
export function statusJson({ degraded, missing, brokers, servers }: SystemStatus): string {
  const views = brokers.map(({ endpoint, rank, state, epoch }) => {
    return { endpoint, rank: rank ?? null, state, epoch: epoch ?? null };
  });
  return JSON.stringify({ degraded, missing, brokers: views, servers });
}

function brokerColumns(paint: Paint): readonly Column<BrokerView>[] {
  const stateColours = { active: paint.good, standby: String, leaving: paint.bad, unreachable: paint.bad };
  return [
    { heading: 'endpoint', cell: ({ endpoint }) => endpoint },
    { heading: 'rank', cell: ({ rank }) => rank ?? '-' },
    { heading: 'state', cell: ({ state }) => state, paint: (text, { state }) => stateColours[state](text) },
    { heading: 'epoch', cell: ({ epoch }) => (epoch === undefined ? '-' : String(epoch)), align: 'right' },
  ];
}

const serverColumns: readonly Column<ServerStatus>[] = [
  { heading: 'address', cell: ({ address }) => address },
  { heading: 'role', cell: ({ role }) => role },
  { heading: 'serves', cell: ({ serves }) => oneLine(servesText(serves)) },
  { heading: 'host', cell: ({ host }) => oneLine(host) },
  { heading: 'pid', cell: ({ pid }) => String(pid), align: 'right' },
  { heading: 'since', cell: ({ sinceMs }) => sinceText(sinceMs) },
  { heading: 'in flight', cell: ({ inFlight }) => String(inFlight), align: 'right' },
  { heading: 'answered', cell: ({ answered }) => String(answered), align: 'right' },
];

/** The server's own clock, and whatever it claims. */
function sinceText(sinceMs: number): string {
  const since = new Date(sinceMs);
  return Number.isNaN(since.getTime()) ? '-' : since.toISOString().slice(0, 19).concat('Z');
}

function byRoleThenWork(one: ServerStatus, other: ServerStatus): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

function keyOf({ role, serves, address }: ServerStatus): string {
  return [role, serves.join(' '), address].join('\n');
}
