import type { Entry } from './history.ts';
import { ofType } from './requests.ts';

/** How often the processes logged which event, with its cause. Explains the figures in one line. */
export function saidText(entries: readonly Entry[]): string {
  const counts = new Map<string, number>();
  for (const { event, fields } of ofType(entries, 'said')) {
    const { cause, count } = fields;
    const what = typeof cause === 'string' ? `${event} (${cause})` : event;
    counts.set(what, (counts.get(what) ?? 0) + (typeof count === 'number' ? count : 1));
  }
  const parts = [...counts].map(([what, count]) => `${what} ${count}`).toSorted();
  return parts.length === 0 ? '' : `Processes said: ${parts.join(', ')}.\n`;
}
