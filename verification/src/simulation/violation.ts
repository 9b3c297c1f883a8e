/** A promise that was not kept, and when. */
export interface Violation {
  readonly atMs: number;
  readonly what: string;
}
