import type { Chance } from './chance.ts';

/*
 * The faults and their order, drawn from a seed alone. Each round has every kind of fault once, in an order of its own.
 */

export type Action = 'kill' | 'stop' | 'end';
/** Processes with the same part in the system. A fault may hit any of them. */
export type Party = 'broker' | 'backup' | 'op-server' | 'calc-server';

export interface PlannedFault {
  /** `kill backup`, `stop both brokers`: the name in the table. */
  readonly kind: string;
  readonly action: Action;
  readonly targets: readonly string[];
  readonly double: boolean;
  /** How long the target is gone (before it is restarted) or stopped. */
  readonly holdMs: number;
}

export interface PlanOptions {
  /** Names of processes by their part. An action that must spare a process leaves out its name. */
  readonly targets: Readonly<Record<Action, Readonly<Partial<Record<Party, readonly string[]>>>>>;
  /** Groups of processes that may be hit all at once, by their name. */
  readonly doubles: Readonly<Record<string, readonly string[]>>;
  readonly stopMs: Range;
  readonly goneMs: Range;
  /** For a group that is killed at once: sometimes longer than a request waits. */
  readonly allGoneMs: Range;
}

interface Range {
  readonly least: number;
  readonly most: number;
}

const actions: readonly Action[] = ['kill', 'stop', 'end'];
const doubleActions: readonly Action[] = ['kill', 'stop'];

/** One round: every kind of fault once. */
export function planRound(options: PlanOptions, chance: Chance): PlannedFault[] {
  const holdMs = (action: Action, goneMs: Range): number => {
    const { least, most } = action === 'stop' ? options.stopMs : goneMs;
    return chance.between(least, most);
  };
  const singles = actions.flatMap((action) =>
    Object.entries(options.targets[action]).map(([party, names]): PlannedFault => {
      const targets = [chance.pick(names)];
      return { kind: `${action} ${party}`, action, targets, double: false, holdMs: holdMs(action, options.goneMs) };
    }),
  );
  const doubles = doubleActions.flatMap((action) =>
    Object.entries(options.doubles).map(([group, targets]): PlannedFault => {
      return {
        kind: `double: ${action} ${group}`,
        action,
        targets,
        double: true,
        holdMs: holdMs(action, options.allGoneMs),
      };
    }),
  );
  return chance.shuffled([...singles, ...doubles]);
}
