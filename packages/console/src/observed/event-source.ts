import type { SystemEvent } from '../shared/state.ts';

/** Where the events of the processes come from. */
export interface EventSource {
  /**
   * Passes every event, past ones first. An event may come late; its time says when it happened. A source that starts
   * again passes what it has not passed yet.
   */
  start(onEvent: (event: SystemEvent) => void): { close(): Promise<void> };
}
