import type { Catalogue, Counts, FallbackCount, OperationsMetrics } from '@cateto/contracts';
import { lanes, operationRequestTopic } from '@cateto/contracts';
import type { WordCounts } from '../metrics/counts.ts';
import type { Participant } from '../participant/participant.ts';
import type { Requests } from '../participant/requester-driver.ts';

/* The numbers of a calc-server about the operations that it calls. */

export interface OperationsNumbers {
  readonly participant: Participant;
  readonly catalogue: Catalogue;
  readonly requests: Requests;
  /** Fallbacks by operation, lane and cause (`fallbackWord`). */
  readonly fellBack: WordCounts;
}

export function fallbackWord(operation: string, lane: number, cause: string): string {
  return `${operation} ${lane} ${cause}`;
}

export function operationsMetrics(of: OperationsNumbers): OperationsMetrics {
  return { ...of.requests.metrics(), fallbacks: fallbacks(of.fellBack), laneListeners: laneListeners(of) };
}

function fallbacks(fellBack: WordCounts): FallbackCount[] {
  return Object.entries(fellBack.all()).map(([word, count]) => {
    const [operation = '', lane = '', cause = ''] = word.split(' ');
    return { operation, lane, cause, count };
  });
}

/** Of an operation that any lane may serve, the servers of all lanes count for each lane. */
function laneListeners({ participant, catalogue }: OperationsNumbers): Counts {
  const fewest = new Map<number, number>();
  for (const { name, work } of Object.values(catalogue.operations)) {
    const listeners = lanes.map((lane) => participant.listenersOf(operationRequestTopic(name, lane)));
    const anywhere = new Set(listeners.flat()).size;
    for (const lane of lanes) {
      const here = work.lanes === 'any' ? anywhere : (listeners[lane - 1]?.length ?? 0);
      fewest.set(lane, Math.min(fewest.get(lane) ?? here, here));
    }
  }
  return Object.fromEntries(fewest);
}
