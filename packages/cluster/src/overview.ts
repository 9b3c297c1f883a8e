import type { AppProcess } from './app-process.ts';
import type { ProcessPlan } from './layout.ts';

/** One process of a running system, as shown to the user. */
export interface Row {
  readonly name: string;
  readonly pid: number;
  /** The address of a broker, or the lanes of an op-server. */
  readonly detail: string;
  /** Where it answers HTTP requests. */
  readonly url?: string | undefined;
}

/** @param brokers in the form of `CATETO_BROKERS` */
export function overview(
  plans: readonly ProcessPlan[],
  brokers: string,
  processOf: (name: string) => Pick<AppProcess, 'pid' | 'events'>,
): Row[] {
  return plans.map((plan) => {
    const { pid, events } = processOf(plan.name);
    const url = events.find(({ event }) => event === 'http-listening')?.['url'];
    const detail = detailOf(plan, brokers.split(','));
    return { name: plan.name, pid, detail, ...(typeof url === 'string' ? { url } : {}) };
  });
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
  const detailWidth = Math.max(...rows.map(({ detail }) => detail.length));
  return rows.map(({ name, pid, detail, url }) => {
    const shown = url === undefined ? detail : `${detail.padEnd(detailWidth)}  ${url}`;
    return `${name.padEnd(nameWidth)}  ${String(pid).padStart(pidWidth)}  ${shown}`;
  });
}
