import type { RequestRow } from './request.ts';
import { requestsMax } from './state.ts';

/* The server and a page keep requests with a problem longer than others, because people look for them. */

/** A fifth of the places. */
export const troubledMax: number = requestsMax / 5;
export const ordinaryMax: number = requestsMax - troubledMax;

export function isTroubled({ ending, fallbacks, attempts }: RequestRow): boolean {
  return (ending !== 'value' && ending !== 'open') || fallbacks.length > 0 || attempts > 1;
}

/** @returns those of these requests that are kept, in their order, which is that of time */
export function keptOf(rows: readonly RequestRow[]): readonly RequestRow[] {
  if (rows.length <= ordinaryMax) return rows;
  const room = { troubled: troubledMax, ordinary: ordinaryMax };
  return rows
    .toReversed()
    .filter((row) => (room[isTroubled(row) ? 'troubled' : 'ordinary'] -= 1) >= 0)
    .toReversed();
}
