/** One of an operation's parallel channels; also the number of an operand. */
export type Lane = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
export const lanes = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Lane[];

export function isLane(value: number): value is Lane {
  return lanes.some((lane) => lane === value);
}
