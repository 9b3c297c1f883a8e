/** What a sender may write and a receiver would refuse, with what would mend it on either side. */
export interface Misreading {
  /** Where in the value: `.legs[].a`; empty for the whole. */
  readonly at: string;
  readonly problem: string;
  /** What the receiver would have to accept as well. */
  readonly widen: string;
  /** What the sender would have to write instead. */
  readonly narrow: string;
}

export function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

export function showAll(values: readonly unknown[]): string {
  return values.map(show).join(', ');
}
