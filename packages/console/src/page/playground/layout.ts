import type { Host } from '../../shared/playground.ts';

/* Where the processes stand: the client on the left, the brokers in the middle; on a narrow screen, from top to bottom. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly card: { readonly width: number; readonly height: number };
  readonly centers: Readonly<Record<Host, Point>>;
}

const narrowPx = 700;
const widest = 1_240;
/** For the outline of a focused button. */
const margin = 2;

type Shares = Readonly<Record<Host, readonly [x: number, y: number]>>;

const wide: Shares = {
  client: [0, 0.5],
  broker: [0.48, 0.05],
  backup: [0.48, 0.95],
  'calc-server': [1, 0],
  'op-server-1': [1, 0.5],
  'op-server-2': [1, 1],
};

/** The links of the calc-server pass between the op-servers. */
const narrow: Shares = {
  client: [0.5, 0],
  broker: [0, 0.34],
  backup: [1, 0.34],
  'op-server-1': [0, 0.83],
  'op-server-2': [1, 0.83],
  'calc-server': [0.5, 1],
};

/** @param width of the box, in pixels */
export function layoutFor(width: number): Layout {
  const isNarrow = width < narrowPx;
  const card = isNarrow ? { width: Math.min(148, width * 0.37), height: 84 } : { width: 168, height: 84 };
  const height = isNarrow ? 700 : 440;
  const used = Math.min(width, widest);
  const left = (width - used) / 2;
  const shares = isNarrow ? narrow : wide;
  const center = ([x, y]: readonly [number, number]): Point => ({
    x: left + card.width / 2 + margin + x * (used - card.width - 2 * margin),
    y: card.height / 2 + margin + y * (height - card.height - 2 * margin),
  });
  const centers = Object.fromEntries(Object.entries(shares).map(([host, at]) => [host, center(at)]));
  return { width, height, card, centers: centers as Layout['centers'] };
}

/** The part of a line between two cards that neither covers. */
export function between({ centers, card }: Layout, one: Host, other: Host): readonly [Point, Point] {
  const [from, to] = [centers[one], centers[other]];
  return [edge(from, to, card), edge(to, from, card)];
}

function edge(from: Point, to: Point, { width, height }: Layout['card']): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const share = Math.min(width / 2 / Math.max(1e-9, Math.abs(dx)), height / 2 / Math.max(1e-9, Math.abs(dy)), 0.5);
  return { x: from.x + dx * share, y: from.y + dy * share };
}

export function along([from, to]: readonly [Point, Point], share: number): Point {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
