import { traceMax } from './limits.ts';

/*
 * The text in the field `trace` of a request. It may begin with a W3C traceparent. A space separates the traceparent
 * from the mark that the program gave.
 */

/** The characters of a traceparent of version 00. */
const traceparentLength = 55;
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const idsEnd = 52;
const noTrace = '0'.repeat(32);
const noSpan = '0'.repeat(16);

/** Characters of a mark that a request can carry together with a traceparent. */
export const markMax: number = traceMax - traceparentLength - 1;

export interface TraceText {
  /** The span that caused the request. */
  readonly traceparent: string | undefined;
  /** The mark that the program gave, or the id of the request. */
  readonly mark: string | undefined;
}

const nothing: TraceText = { traceparent: undefined, mark: undefined };

export function splitTrace(text: string | undefined): TraceText {
  if (text === undefined) return nothing;
  const head = text.slice(0, traceparentLength);
  const rest = text.slice(traceparentLength);
  if (!isTraceparent(head) || (rest !== '' && !rest.startsWith(' '))) return { traceparent: undefined, mark: text };
  return { traceparent: head, mark: rest.length > 1 ? rest.slice(1) : undefined };
}

/** The text of both. A mark that leaves no room for the traceparent is kept, and the traceparent is left off. */
export function joinTrace(traceparent: string | undefined, mark: string | undefined): string | undefined {
  if (traceparent === undefined || mark === undefined) return traceparent ?? mark;
  return mark.length > markMax ? mark : `${traceparent} ${mark}`;
}

/** Whether the text is a traceparent that a span can have as its parent. */
export function isTraceparent(text: string): boolean {
  if (!traceparentPattern.test(text) || text.startsWith('ff')) return false;
  return text.slice(3, 35) !== noTrace && text.slice(36, idsEnd) !== noSpan;
}
