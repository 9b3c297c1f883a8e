/** Something that a sender may write and a receiver would refuse, with a remedy for either side. */
export interface Incompatibility {
  /** The place in the value: `.legs[].a`; empty for the whole value. */
  readonly at: string;
  readonly problem: string;
  /** What the receiver should accept as well. */
  readonly widen: string;
  /** What the sender should write instead. */
  readonly narrow: string;
}

export function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

export function showAll(values: readonly unknown[]): string {
  return values.map(show).join(', ');
}
