import { eventWords } from '../shared/event-words.ts';
import type { Failover } from '../shared/state.ts';
import { amount, counted, duration, preciseClock } from './text.ts';

/* The answers to what people ask about a failover, in words. */

/** What became active when, and how long no answer came. */
export function takeover(failover: Failover): string {
  const { process, epoch, takeoverMs, silence } = failover;
  const took = takeoverMs === undefined ? '' : ` ${duration(takeoverMs)} later`;
  const silent =
    silence === undefined ? '' : ` The longest time without an answer was ${duration(silence.toMs - silence.fromMs)}.`;
  return `${cause(failover)}The ${process} became active${took}, in epoch ${epoch}.${silent}`;
}

/** `The primary broker was killed. `; empty if the cause is not known. */
function cause({ began }: Failover): string {
  if (began === undefined) return '';
  return `The ${began.process} ${began.event === 'standby' ? 'stepped down' : (eventWords(began.event) ?? began.event)}. `;
}

export function whatHappened(failover: Failover): string {
  const { began, process } = failover;
  return `${cause(failover)}The ${process} took over${began === undefined ? '' : ' its work'}.`;
}

/** The times of the cause and of the takeover, as an event has them. */
export function whenItHappened({ began, process, epoch, atMs, takeoverMs }: Failover): string {
  const active = `The ${process} became active at ${preciseClock(atMs)}`;
  if (began === undefined || takeoverMs === undefined) return `${active}, in epoch ${epoch}.`;
  return `At ${preciseClock(began.atMs)}. ${active}, ${duration(takeoverMs)} later, in epoch ${epoch}.`;
}

export function howLongSilent({ silence }: Failover): string {
  if (silence === undefined) return 'The console observed too few answers around that time to tell.';
  const { fromMs, toMs, usualMs } = silence;
  const usual = usualMs === undefined ? '' : ` Before that, an answer usually came every ${duration(usualMs)}.`;
  return `${duration(toMs - fromMs)}, from ${preciseClock(fromMs)} to ${preciseClock(toMs)}.${usual}`;
}

/** The fate of the requests around it. A failure is an answer too: the server that sent it got the request. */
export function fate({ answered, failed, sentAgain, open }: Failover): string {
  const all = answered + failed + open;
  if (all === 0) return 'No request was observed around that time.';
  const again =
    sentAgain === 0
      ? ''
      : all === 1
        ? ', after it was sent again'
        : `, ${amount(sentAgain)} of them after ${sentAgain === 1 ? 'it was' : 'they were'} sent again`;
  const withFailure = failed === 0 ? '' : ` (${amount(failed)} with a failure)`;
  if (open > 0) {
    return `Of ${counted(all, 'observed request')} around that time, no answer to ${amount(open)} was seen; the others were answered${withFailure}${again}.`;
  }
  const who = all === 1 ? 'the one observed request' : `all ${amount(all)} observed requests`;
  return `None was lost: ${who} around that time ${all === 1 ? 'was' : 'were'} answered${withFailure}${again}.`;
}
