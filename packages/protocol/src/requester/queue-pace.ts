/*
 * How fast a queue moves, from the answers that arrive while requests wait in it.
 *
 * Requests that were sent together are answered together: those of a burst, or those that were sent when the answers of
 * a standstill had been read. A measurement that ends with the first answers of such a group counts the time for which
 * they all ran, and few of them (seven of 48, seen in the simulation). So it counts only when it has lasted for four
 * times as long as a request takes at its server: it misses one group in four at most.
 */

export interface Pace {
  /** An answer arrived while requests wait. @param tookMs since the request was sent to its server, with standstills */
  answered(tookMs: number, nowMs: number): void;
  /** The time from one answer to the next; 0 while unknown. */
  eachMs(): number;
  /** For a while, answers said nothing. */
  restart(): void;
  /** No server is there. Those that come may have just started. */
  awaitServers(): void;
  /** This process stood still for this long, and took no answers. */
  stoodStill(ms: number): void;
}

/** Fewer answers show nothing, unless they took long. */
const answersMin = 16;
const fewAnswersMin = 4;
const fewAnswersMs = 2_000;
/**
 * Programs that have just started become faster. Two calc-servers on two busy cores gave an answer every 50 to 120 ms in
 * their first two seconds, and hundreds of answers a second after them.
 */
const newServersMs = 5_000;
/** How many times the duration of a request a measurement lasts at least. */
const turnoversMin = 4;
/** Beyond this number, older answers count half. */
const answersMax = 128;

export function createPace(): Pace {
  let answers = 0;
  /** No server has answered since there was none. */
  let areNew = false;
  /** The servers are not new any more from then on. */
  let warmMs = 0;
  /** The first answer is where the measurement begins. */
  let sinceMs = Number.NaN;
  let lastMs = 0;
  let tookMs = 0;

  const forMs = (): number => lastMs - sinceMs;
  const leastMs = (): number => (turnoversMin * tookMs) / answers;

  function restart(): void {
    answers = 0;
    tookMs = 0;
    sinceMs = Number.NaN;
  }

  return {
    answered(ms, nowMs) {
      lastMs = nowMs;
      if (areNew) warmMs = nowMs + newServersMs;
      areNew = false;
      if (Number.isNaN(sinceMs)) {
        sinceMs = nowMs;
        return;
      }
      answers += 1;
      tookMs += ms;
      if (answers < answersMax || forMs() < 2 * leastMs()) return;
      answers /= 2;
      tookMs /= 2;
      sinceMs = (sinceMs + nowMs) / 2;
    },
    eachMs() {
      if (lastMs < warmMs) return 0;
      if (answers < fewAnswersMin || (answers < answersMin && forMs() < fewAnswersMs)) return 0;
      return forMs() < leastMs() ? 0 : forMs() / answers;
    },
    restart,
    awaitServers() {
      restart();
      areNew = true;
    },
    stoodStill(ms) {
      warmMs += ms;
      sinceMs += ms;
      lastMs += ms;
    },
  };
}
