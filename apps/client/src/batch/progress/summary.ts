import type { Formula } from '@cateto/contracts';
import { durationText } from './duration-text.ts';
import type { Tally } from './tally.ts';

/** The result of a batch, for people: `3000 rows, 2 failed (2 out-of-domain), in 1.2 s`. */
export function summaryText(tally: Tally): string {
  const { rows, failed, before, fellBack, failures } = tally;
  const parts = [`${rows} ${rows === 1 ? 'row' : 'rows'}`];
  if (before > 0) parts.push(`${before} of them done before`);
  const codes = byCount(failures).map(([code, count]) => `${count} ${code}`);
  parts.push(`${failed} failed${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`);
  if (fellBack > 0)
    parts.push(`${fellBack}${before > 0 ? ' of this run' : ''} with an operation computed by the calc-server`);
  parts.push(`in ${durationText(tally.elapsedMs())}`);
  return parts.join(', ');
}

/** The same in one line of JSON, for `--json`. */
export function summaryJson({ name }: Formula, out: string, tally: Tally): string {
  const { rows, failed, before, fellBack, failures } = tally;
  return JSON.stringify({
    formula: name,
    out,
    rows,
    before,
    failed,
    failures: Object.fromEntries(byCount(failures)),
    fallbacks: fellBack,
    elapsedMs: Math.round(tally.elapsedMs()),
  });
}

function byCount(failures: ReadonlyMap<string, number>): readonly (readonly [code: string, count: number])[] {
  return [...failures].toSorted(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1));
}
