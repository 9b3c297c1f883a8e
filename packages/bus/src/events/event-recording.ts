import type { Platform } from '../link/link.ts';
import type { OnEvent } from '../participant/events.ts';
import type { EventHistory } from './event-history.ts';
import { createEventHistory } from './event-history.ts';

export interface RecordingOptions {
  readonly platform: Platform;
  readonly onEvent: OnEvent;
  /** Keeps the events; unless given, a new history. */
  readonly history?: EventHistory | undefined;
  /** Whether requesters get the texts of exceptions. */
  readonly exposeErrors?: boolean | undefined;
}

export interface Recording {
  readonly history: EventHistory;
  /** Keeps an event, and passes it on. */
  readonly onEvent: OnEvent;
}

/** Keeps the events of a part of a process for observers. */
export function recordEvents({ platform, onEvent, exposeErrors, ...given }: RecordingOptions): Recording {
  const { history = createEventHistory(platform) } = given;
  return {
    history,
    onEvent(event) {
      history.add(event, exposeErrors);
      onEvent(event);
    },
  };
}
