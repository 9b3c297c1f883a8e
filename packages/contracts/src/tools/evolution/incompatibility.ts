/** Something that a sender may write and a receiver would refuse, with a remedy for either side. */
export interface Incompatibility {
  /** The place in the value: `.legs[].a`; empty for the whole value. */
  readonly at: string;
  readonly problem: string;
  /** A remedy at the receiver: the values to accept as well. */
  readonly widen: string;
  /** A remedy at the sender: the values to send instead. */
  readonly narrow: string;
}

export function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

export function showAll(values: readonly unknown[]): string {
  return values.map(show).join(', ');
}
