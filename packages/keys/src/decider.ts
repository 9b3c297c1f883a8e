import type { Grant } from './access.ts';
import { rights } from './rights.ts';

/** Decides like {@link rights}, and remembers the decisions of the topics that it saw. */
export interface Decider {
  mayPublish(topic: string): boolean;
  maySubscribe(topic: string): boolean;
}

/** As many topics as a client of 1,000 servers uses. Beyond that, all are forgotten, and each is decided once more. */
const rememberedMax = 8_192;

export function createDecider(grant: Grant): Decider {
  const remembered = new Map<string, boolean>();

  function decide(topic: string): boolean {
    if (remembered.size >= rememberedMax) remembered.clear();
    const decided = rights(grant, 'publish', topic);
    remembered.set(topic, decided);
    return decided;
  }

  return {
    mayPublish: (topic) => remembered.get(topic) ?? decide(topic),
    // Once for each subscription, so nothing is gained by remembering.
    maySubscribe: (topic) => rights(grant, 'subscribe', topic),
  };
}
