/** One of an operation's parallel channels; also the number of an operand. */
export type Lane = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
/** The lane of a call that a calc-server computed itself; 0 when the call had no lane yet. */
export type FallbackLane = Lane | 0;
export const lanes = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Lane[];

export function isLane(value: number): value is Lane {
  return lanes.some((lane) => lane === value);
}
