/** A broken promise, and when it was broken. */
export interface Violation {
  readonly atMs: number;
  readonly what: string;
}
