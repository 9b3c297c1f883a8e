import { eventsRequestTopic, statusRequestTopic, topicShape } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { OnEvent } from '../participant/events.ts';
import { createListenerReport } from '../participant/listener-report.ts';

/**
 * Reports servers that start or stop listening, at the active broker and at the standby. A process that has ended
 * cannot report its own end.
 */
export interface ServerReport {
  /** A request topic has come or gone. */
  changed(subscribed: boolean, route: string, address: string): void;
  /** The process of a subscriber has ended; its topics go next. */
  ended(topics: readonly string[]): void;
  close(): void;
}

/** Every server also listens to these topics before and after its work, so they do not show that it works. */
const notWork: ReadonlySet<string> = new Set([statusRequestTopic, eventsRequestTopic]);

export function createServerReport(platform: Platform, onEvent: OnEvent): ServerReport {
  const report = createListenerReport(platform, onEvent);
  let ended = new Set<string>();

  return {
    changed(subscribed, route, address) {
      if (notWork.has(route)) return;
      report.interestedIn(route);
      report.changed(subscribed ? 'listener-up' : 'listener-down', route, address, ended.has(address));
    },
    ended(topics) {
      if (ended.size === 0) platform.afterTurn(() => (ended = new Set()));
      for (const topic of topics) {
        const shape = topicShape(topic);
        if (shape?.shape === 'request') ended.add(shape.address);
      }
    },
    close: report.close,
  };
}
