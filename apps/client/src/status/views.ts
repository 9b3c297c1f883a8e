import type { Paint } from '@cateto/app-kit';
import { oneLine } from '@cateto/app-kit';
import { visibleText } from '@cateto/contracts';
import type { BrokerView, ServerView, SystemStatus } from '@cateto/sdk';
import { servesText } from './serves.ts';
import type { Column } from './table.ts';
import { table } from './table.ts';

/** For people: two tables, and the contracts that differ between a server and this client. */
export function statusText(status: SystemStatus, paint: Paint): string {
  const servers = status.servers.toSorted(byRoleThenWork);
  return [
    'brokers\n',
    table(brokerColumns(paint), status.brokers),
    '\nservers\n',
    servers.length === 0 ? 'none\n' : table(columnsFor(servers), servers),
    ...servers.flatMap(differingText),
  ].join('');
}

/** For programs: one line. Unknown values are null, so that every broker has the same keys. */
export function statusJson({ degraded, missing, brokers, servers }: SystemStatus): string {
  const views = brokers.map(({ endpoint, rank, state, epoch }) => {
    return { endpoint, rank: rank ?? null, state, epoch: epoch ?? null };
  });
  return visibleText(JSON.stringify({ degraded, missing, brokers: views, servers }));
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

const serverColumns: readonly Column<ServerView>[] = [
  { heading: 'address', cell: ({ address }) => address },
  { heading: 'role', cell: ({ role }) => role },
  { heading: 'serves', cell: ({ serves }) => oneLine(servesText(serves)) },
  { heading: 'host', cell: ({ host }) => oneLine(host) },
  { heading: 'pid', cell: ({ pid }) => String(pid), align: 'right' },
  { heading: 'since', cell: ({ sinceMs }) => sinceText(sinceMs) },
  { heading: 'version', cell: ({ version }) => oneLine(version ?? '-') },
  { heading: 'in flight', cell: ({ inFlight }) => String(inFlight), align: 'right' },
  { heading: 'queued', cell: ({ queued }) => countText(queued), align: 'right' },
  { heading: 'slots', cell: ({ slots }) => countText(slots), align: 'right' },
  { heading: 'runs', cell: ({ runs }) => countText(runs), align: 'right' },
  { heading: 'errors', cell: ({ errors }) => countText(errors), align: 'right' },
  { heading: 'median run', cell: ({ handlingMs }) => timeText(handlingMs), align: 'right' },
];

const threadsColumn: Column<ServerView> = {
  heading: 'threads busy',
  cell: ({ threads, threadsBusy }) => (threads === undefined ? '-' : `${countText(threadsBusy)} of ${threads}`),
  align: 'right',
};

/** Shows threads only for a server that has some. */
function columnsFor(servers: readonly ServerView[]): readonly Column<ServerView>[] {
  return servers.every(({ threads }) => threads === undefined) ? serverColumns : [...serverColumns, threadsColumn];
}

function differingText({ role, address, differing }: ServerView): string[] {
  if (differing.length === 0) return [];
  const contracts = differing.map(({ name, hash, ownHash }) => `${name} ${hashText(hash)} (here ${hashText(ownHash)})`);
  return [`${role} ${address} has other contracts than this client: ${contracts.join(', ')}\n`];
}

/** The form of docs/reference.md. */
function hashText(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

function countText(count: number | undefined): string {
  return count === undefined ? '-' : String(count);
}

/** Three significant digits, because a run takes microseconds or minutes. */
function timeText(ms: number | undefined): string {
  if (ms === undefined) return '-';
  return ms < 1_000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1_000).toPrecision(3))} s`;
}

/** By the server's own clock, whatever that says. */
function sinceText(sinceMs: number): string {
  const since = new Date(sinceMs);
  return Number.isNaN(since.getTime()) ? '-' : since.toISOString().slice(0, 19).concat('Z');
}

function byRoleThenWork(one: ServerView, other: ServerView): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

function keyOf({ role, serves, address }: ServerView): string {
  return [role, serves.join(' '), address].join('\n');
}
