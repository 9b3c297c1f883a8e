import type { Context } from 'hono';
import type { Observation } from '../observed/observation.ts';
import type { History } from './history.ts';
import { answerStream } from './stream.ts';

/*
 * The pages that are open. The system is observed while one of them shows it: the playground does not, and its page says
 * so by `observes=no`.
 */

export interface OpenPagesParts {
  readonly run: string;
  readonly history: History;
  readonly ending: AbortSignal;
  readonly observation: Observation;
}

/** A browser keeps six connections to one server. */
const pagesMax = 32;

export function openPages({ run, history, ending, observation }: OpenPagesParts): { stream(c: Context): Response } {
  let open = 0;
  let observing = 0;
  const { journal, wholeStory } = history;
  return {
    stream(c) {
      if (open >= pagesMax) return c.text('Too many pages are open. Close some of them.\n', 503);
      const observes = c.req.query('observes') !== 'no';
      open += 1;
      if (observes) observing += 1;
      if (observes && observing === 1) observation.start();
      return answerStream(c, { run, journal, wholeStory, ending, onEnd: () => ended(observes) });
    },
  };

  function ended(observed: boolean): void {
    open -= 1;
    if (!observed) return;
    observing -= 1;
    if (observing === 0) void observation.stop();
  }
}
