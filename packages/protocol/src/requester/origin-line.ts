/*
 * Requests of one origin that may go to the same servers, the oldest first.
 */
import type { Line, OpenRequest } from './request.ts';
import { countedBytes } from './rooms.ts';

/** A line may still hold this many requests that have left it, or as many as wait in it. */
const leftMin = 32;

/**
 * Requests with the same key may go to the same servers, and are all large or all small. Where the first one of a line has
 * no room, the others wait behind it, even if a smaller one would fit.
 */
export function keyOf<W>({ call, refused }: OpenRequest<W>): string {
  const { route: name } = call.target;
  const route = countedBytes(call) === 0 ? name : `${name} large`;
  if (refused === undefined) return route;
  const ids = Array.from(refused, ({ id }) => id);
  return `${route} ${ids.toSorted((one, another) => one - another).join(' ')}`;
}

export function firstOf<W>(line: Line<W>): OpenRequest<W> | undefined {
  const { items } = line;
  while (line.head < items.length && items[line.head]?.line !== line) line.head += 1;
  return items[line.head];
}

export function insert<W>(line: Line<W>, request: OpenRequest<W>): void {
  const { items, head } = line;
  const { seq } = request.call;
  request.line = line;
  line.waiting += 1;
  const last = items.at(-1);
  if (last === undefined || last.call.seq < seq) items.push(request);
  else if (head > 0 && (items[head]?.call.seq ?? 0) > seq) {
    line.head -= 1;
    items[line.head] = request;
  } else {
    const place = placeOf(items, seq, head);
    // It has not been removed since it left.
    if (items[place - 1] !== request) items.splice(place, 0, request);
  }
}

export function takeOut<W>(line: Line<W>, request: OpenRequest<W>): void {
  request.line = undefined;
  line.waiting -= 1;
  if (line.items.length > 2 * line.waiting + leftMin) tidy(line);
}

/** The requests that wait in the line, in their order. */
export function waitingIn<W>(line: Line<W>): readonly OpenRequest<W>[] {
  return line.items.slice(line.head).filter((request) => request.line === line);
}

/** A request that has left would keep the values of its caller from being garbage-collected. */
function tidy<W>(line: Line<W>): void {
  line.items = line.items.filter((request) => request.line === line);
  line.head = 0;
}

/** The position of the first younger request. */
function placeOf<W>(items: readonly OpenRequest<W>[], seq: number, from: number): number {
  let low = from;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.call.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
