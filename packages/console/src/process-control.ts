import type { ProcessState } from './shared/state.ts';

/** The processes of a cluster, for the console of that cluster. */
export interface ProcessControl {
  /** @returns why it could not be done; undefined when it was */
  act(name: string, action: string): Promise<string | undefined>;
  /** Passes the states of all processes, at once and after every change. */
  watch(onChange: (states: readonly ProcessState[]) => void): { close(): void };
}
