import { signal } from '@preact/signals';
import type { RequestRow } from '../../shared/request.ts';

/* The filter of the list of requests. */

export interface Filter {
  /** Part of the formula, the id, the operands or the outcome. */
  readonly text: string;
  /** `all`, `failed`, `open`, `again`, or a failure code. */
  readonly outcome: string;
  readonly atLeastMs: number;
  readonly onlyFallbacks: boolean;
}

export const noFilter: Filter = { text: '', outcome: 'all', atLeastMs: 0, onlyFallbacks: false };
export const filter = signal<Filter>(noFilter);

export function matching(rows: readonly RequestRow[], by: Filter): readonly RequestRow[] {
  if (by === noFilter) return rows;
  const text = by.text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (text === '' || textOf(row).includes(text)) &&
      fits(row, by.outcome) &&
      (by.atLeastMs <= 0 || (row.tookMs ?? 0) >= by.atLeastMs) &&
      (!by.onlyFallbacks || row.fallbacks.length > 0),
  );
}

function textOf({ id, formula, operands, outcome, client }: RequestRow): string {
  return `${formula}(${operands}) ${outcome} ${id} ${client}`.toLowerCase();
}

function fits({ ending, code, attempts }: RequestRow, outcome: string): boolean {
  switch (outcome) {
    case 'all':
      return true;
    case 'failed':
      return ending === 'failed' || ending === 'cancelled';
    case 'open':
      return ending === 'open' || ending === 'unseen';
    case 'again':
      return attempts > 1;
    default:
      return code === outcome;
  }
}
