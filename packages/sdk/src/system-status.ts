import type { BrokerStatus, ServerStatus } from '@cateto/bus';
import type { Catalogue } from '@cateto/contracts';
import { lanes } from '@cateto/contracts';

export interface BrokerView {
  readonly endpoint: string;
  readonly rank: 'primary' | 'backup' | undefined;
  readonly state: 'active' | 'standby' | 'leaving' | 'unreachable';
  readonly epoch: number | undefined;
}

export interface SystemStatus {
  /** Something is missing that a failure, or the next one, would need: `missing` says what. */
  readonly degraded: boolean;
  readonly missing: readonly string[];
  readonly brokers: readonly BrokerView[];
  readonly servers: readonly ServerStatus[];
}

/** Puts together what was heard and says what is missing. */
export function systemStatus(
  catalogue: Catalogue,
  heard: readonly BrokerStatus[],
  servers: readonly ServerStatus[],
): SystemStatus {
  const brokers = heard.map(({ endpoint, beat }): BrokerView => {
    return { endpoint, rank: beat?.rank, state: beat?.state ?? 'unreachable', epoch: beat?.epoch };
  });
  const missing = [...missingBrokers(brokers), ...missingServers(catalogue, servers)];
  return { degraded: missing.length > 0, missing, brokers, servers };
}

function missingBrokers(brokers: readonly BrokerView[]): string[] {
  const unreachable = brokers
    .filter(({ state }) => state === 'unreachable')
    .map(({ endpoint }) => `broker ${endpoint}`);
  const active = brokers.filter(({ state }) => state === 'active').length;
  if (active === 0) return [...unreachable, 'an active broker'];
  return active === 1 ? unreachable : [...unreachable, 'agreement of the brokers on one active'];
}

function missingServers(catalogue: Catalogue, servers: readonly ServerStatus[]): string[] {
  const served = new Set(servers.flatMap(({ serves }) => serves));
  const formulas = Object.values(catalogue.formulas);
  // A formula sends its n-th call on lane n. How many calls it makes is its code's secret; as many as it has operands
  // is what one that asks for something of each operand makes.
  const used = lanes.slice(0, Math.max(0, ...formulas.map(({ operands }) => operands.length)));
  return [
    ...formulas.filter(({ name }) => !served.has(name)).map(({ name }) => `a calc-server for ${name}`),
    ...Object.keys(catalogue.operations).flatMap((name) =>
      used.filter((lane) => !served.has(`${name}.${lane}`)).map((lane) => `an op-server for ${name} on lane ${lane}`),
    ),
  ];
}
