import type { BrokerStatus, ServerStatus } from '@cateto/bus';
import type { Catalogue } from '@cateto/contracts';
import { lanes } from '@cateto/contracts';

export interface BrokerView {
  readonly endpoint: string;
  readonly rank: 'primary' | 'backup' | undefined;
  readonly state: 'active' | 'standby' | 'leaving' | 'unreachable';
  readonly epoch: number | undefined;
}

/**
 * A contract that the server and this client both have, with different hashes. The server refuses this client's
 * requests for it.
 */
export interface DifferingContract {
  readonly name: string;
  /** The server's. */
  readonly hash: number;
  /** This client's. */
  readonly ownHash: number;
}

export interface ServerView extends ServerStatus {
  /** Also empty when the server does not say which contracts it has; `contracts` is missing then. */
  readonly differing: readonly DifferingContract[];
}

export interface SystemStatus {
  /** True when the system has failed in part, or cannot survive one more failure; `missing` says what is missing. */
  readonly degraded: boolean;
  readonly missing: readonly string[];
  readonly brokers: readonly BrokerView[];
  readonly servers: readonly ServerView[];
}

/** Combines the reports of brokers and servers, and lists what is missing. */
export function systemStatus(
  catalogue: Catalogue,
  heard: readonly BrokerStatus[],
  answered: readonly ServerStatus[],
): SystemStatus {
  const brokers = heard.map(({ endpoint, beat }): BrokerView => {
    return { endpoint, rank: beat?.rank, state: beat?.state ?? 'unreachable', epoch: beat?.epoch };
  });
  const servers = answered.map((server) => ({ ...server, differing: differingFrom(catalogue, server) }));
  const missing = [...missingBrokers(brokers), ...missingServers(catalogue, servers)];
  return { degraded: missing.length > 0, missing, brokers, servers };
}

function missingBrokers(brokers: readonly BrokerView[]): string[] {
  const unreachable = brokers
    .filter(({ state }) => state === 'unreachable')
    .map(({ endpoint }) => `broker ${endpoint}`);
  const active = brokers.filter(({ state }) => state === 'active').length;
  if (active === 0) return [...unreachable, 'an active broker'];
  return active === 1 ? unreachable : [...unreachable, 'exactly one active broker'];
}

/** A contract that only one of the two has is not a difference. */
function differingFrom({ hashes }: Catalogue, { contracts = {} }: ServerStatus): DifferingContract[] {
  return Object.entries(contracts).flatMap(([name, hash]) => {
    const ownHash = hashes.get(name);
    return ownHash === undefined || ownHash === hash ? [] : [{ name, hash, ownHash }];
  });
}

/** The formulas that this server serves with this client's contracts. */
function servedHere({ serves, differing }: ServerView): readonly string[] {
  return serves.filter((served) => differing.every(({ name }) => name !== served));
}

function missingServers(catalogue: Catalogue, servers: readonly ServerView[]): string[] {
  const served = new Set(servers.flatMap(servedHere));
  const formulas = Object.values(catalogue.formulas);
  // A formula sends its n-th call on lane n. The number of calls is known only to the formula's code. Assume one call
  // for each operand.
  const used = lanes.slice(0, Math.max(0, ...formulas.map(({ operands }) => operands.length)));
  return [
    ...formulas.filter(({ name }) => !served.has(name)).map(({ name }) => `a calc-server for ${name}`),
    ...Object.values(catalogue.operations).flatMap(({ name, work }) => {
      const unserved = used.filter((lane) => !served.has(`${name}.${lane}`));
      if (work.lanes === 'fixed') return unserved.map((lane) => `an op-server for ${name} on lane ${lane}`);
      return lanes.some((lane) => served.has(`${name}.${lane}`)) ? [] : [`an op-server for ${name}`];
    }),
  ];
}
