import type { SystemEvent } from '../shared/state.ts';
import type { EventSource } from './event-source.ts';
import type { Sampler } from './sampler.ts';

/* The parts of the console that run only while a page is open, because they cost the system something. */

export interface Observation {
  start(): void;
  stop(): Promise<void>;
}

/** @param events undefined for a console whose events cost the system nothing */
export function createObservation(
  sampler: Pick<Sampler, 'start' | 'stop'>,
  events: EventSource | undefined,
  onEvent: (event: SystemEvent) => void,
): Observation {
  let reading: ReturnType<EventSource['start']> | undefined;
  let closing: Promise<unknown> = Promise.resolve();
  return {
    start() {
      sampler.start();
      reading = events?.start(onEvent);
    },
    async stop() {
      const ending = reading?.close();
      reading = undefined;
      closing = Promise.all([closing, sampler.stop(), ending]);
      await closing;
    },
  };
}
