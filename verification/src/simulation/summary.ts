import type { Trial } from './campaign.ts';
import type { FaultSpan, History } from './history.ts';

/** The results of many seeds. */
export interface Summary {
  seeds: number;
  /** How often a broker became active after another one had been active, in the same run. */
  failovers: number;
  simulatedMs: number;
  asked: number;
  answered: number;
  /** Failures of calls whose process lived to receive them. */
  readonly failed: Record<string, number>;
  readonly faults: Record<string, number>;
  /**
   * The longest time of a request that was open during a fault of a kind, with one fault at a time, in milliseconds.
   */
  readonly longestMs: Record<string, number>;
  /** The maximum of each table over all processes. */
  readonly tables: Map<string, number>;
}

export function emptySummary(): Summary {
  return {
    seeds: 0,
    failovers: 0,
    simulatedMs: 0,
    asked: 0,
    answered: 0,
    failed: {},
    faults: {},
    longestMs: {},
    tables: new Map(),
  };
}

export function add(summary: Summary, { history, scenario }: Trial): void {
  summary.seeds += 1;
  summary.failovers += Math.max(0, history.brokers.filter(({ state }) => state === 'active').length - 1);
  summary.simulatedMs += history.endMs;
  summary.asked += history.asked.length;
  for (const [name, most] of history.tables) {
    summary.tables.set(name, Math.max(most, summary.tables.get(name) ?? 0));
  }
  for (const { settled } of history.asked) {
    const outcome = settled[0]?.outcome;
    if (outcome === undefined) continue;
    if ('value' in outcome) summary.answered += 1;
    else summary.failed[outcome.code] = (summary.failed[outcome.code] ?? 0) + 1;
  }
  for (const fault of history.faults) {
    const name = nameOf(fault);
    summary.faults[name] = (summary.faults[name] ?? 0) + 1;
    // With other faults at the same time, the delay could not be attributed to this one.
    if (scenario.mode !== 'any') {
      summary.longestMs[name] = Math.max(summary.longestMs[name] ?? 0, longestMs(fault, history));
    }
  }
}

/** From this time on, every process of a scenario has started. */
const startedMs = 1_500;

function longestMs(fault: FaultSpan, { asked }: History): number {
  const took = asked.map(({ atMs, client, settled: [first] }) => {
    const during = first !== undefined && atMs <= fault.toMs && first.atMs >= fault.fromMs && atMs > startedMs;
    // A process that does not run delays only itself.
    return during && client !== fault.target ? first.atMs - atMs : 0;
  });
  return took.reduce((longest, one) => Math.max(longest, one), 0);
}

/** `kill broker`, `cut calc/broker`. */
function nameOf({ kind, target, other }: FaultSpan): string {
  const role = (name: string): string => (name === 'backup' ? 'broker' : name.replace(/-\d+$/, ''));
  return other === undefined ? `${kind} ${role(target)}` : `${kind} ${role(target)}/${role(other)}`;
}

export function summaryText({
  seeds,
  failovers,
  simulatedMs,
  asked,
  answered,
  failed,
  faults,
  longestMs: longest,
  tables,
}: Summary): string {
  const failures = Object.entries(failed).map(([code, times]) => `${times} ${code}`);
  return [
    `${seeds} seeds: ${(simulatedMs / 3_600_000).toFixed(1)} simulated hours, ${failovers} failovers, ${asked} requests,`,
    `${answered} answered${failures.length === 0 ? '' : `, ${failures.join(', ')}`}; the rest asked by processes that ended.`,
    `Entries in a table at most: ${[...tables].map(([name, most]) => `${name} ${most}`).join(', ')}.`,
    '',
    'fault                        times   longest request with no other fault at the time, ms',
    ...Object.entries(faults)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(
        ([name, times]) =>
          `${name.padEnd(28)} ${String(times).padStart(5)} ${(longest[name] ?? 0).toFixed(1).padStart(9)}`,
      ),
  ].join('\n');
}
