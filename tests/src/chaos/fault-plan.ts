import type { Chance } from './chance.ts';

/*
 * Which faults, in which order: drawn from a seed alone. Each round has every kind of fault once, in an order of its own.
 */

export type Action = 'kill' | 'stop' | 'end';
/** What plays the same part in the system: any of them may be hit. */
export type Party = 'broker' | 'backup' | 'op-server' | 'calc-server';

export interface PlannedFault {
  /** `kill backup`, `stop both brokers`: what the table counts by. */
  readonly kind: string;
  readonly action: Action;
  readonly targets: readonly string[];
  readonly double: boolean;
  /** How long the target is gone (before it is started anew) or stopped. */
  readonly holdMs: number;
}

export interface PlanOptions {
  /** Names by the part they play; an action that must spare somebody leaves him out. */
  readonly targets: Readonly<Record<Action, Readonly<Partial<Record<Party, readonly string[]>>>>>;
  /** Groups that may be hit all at once, by what to call them. */
  readonly doubles: Readonly<Record<string, readonly string[]>>;
  readonly stopMs: Range;
  readonly goneMs: Range;
  /** Of a group that is killed at once: longer than a request waits, now and then. */
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
