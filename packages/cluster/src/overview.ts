import type { ProcessPlan } from './layout.ts';

/** One process of a running system, as shown to the user. */
export interface Row {
  readonly name: string;
  readonly pid: number;
  /** The address of a broker, or the lanes of an op-server. */
  readonly detail: string;
}

/** @param brokers in the form of `CATETO_BROKERS` */
export function overview(plans: readonly ProcessPlan[], brokers: string, pidOf: (name: string) => number): Row[] {
  return plans.map((plan) => ({ name: plan.name, pid: pidOf(plan.name), detail: detailOf(plan, brokers.split(',')) }));
}

function detailOf({ app, args }: ProcessPlan, [primary = '', backup = '']: readonly string[]): string {
  switch (app) {
    case 'broker':
      return primary;
    case 'backup':
      return backup;
    case 'op-server':
      return args.join(' ').replaceAll('--', '');
    case 'calc-server':
      return 'formulas';
  }
}

/** Rows as lines, in columns. */
export function table(rows: readonly Row[]): string[] {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const pidWidth = Math.max(...rows.map(({ pid }) => String(pid).length));
  return rows.map(({ name, pid, detail }) => `${name.padEnd(nameWidth)}  ${String(pid).padStart(pidWidth)}  ${detail}`);
}
