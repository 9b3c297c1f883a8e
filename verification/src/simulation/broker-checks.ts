import type { Violation } from './violation.ts';
import type { FaultSpan, History, Life } from './history.ts';
import { settleMs } from './faults.ts';
import type { Span } from './spans.ts';
import { minus, without } from './spans.ts';
import { isBrokerName } from './system.ts';

/** Three heartbeats. */
const bothActiveMaxMs = 150;
/** While the kernel detects a dead heartbeat link, two brokers may not hear each other. */
const deadLinkMs = settleMs;

/**
 * Of two active brokers that hear each other one steps down, two standbys do not stay, and one broker is active once
 * all is well.
 */
export function checkBrokers(history: History): Violation[] {
  const primary = activeSpans(history, 'broker');
  const backup = activeSpans(history, 'backup');
  const found: Violation[] = [];
  for (const one of primary) {
    for (const other of backup) {
      for (const { fromMs, toMs } of hearing(one, other, history)) {
        if (toMs - fromMs <= bothActiveMaxMs) continue;
        const what = `two brokers were active and heard each other for ${(toMs - fromMs).toFixed(0)} ms`;
        found.push({ atMs: toMs, what });
      }
    }
  }
  for (const span of without([...primary, ...backup], history.endMs)) {
    for (const { fromMs, toMs } of calm(span, history)) {
      const what = `no broker was active for ${(toMs - fromMs).toFixed(0)} ms, and nothing was wrong`;
      found.push({ atMs: toMs, what });
    }
  }
  return found;
}

/**
 * From when on each of two active brokers has heard that the other is active, without the time in which one cannot act
 * upon it.
 */
function hearing(primary: ActiveSpan, backup: ActiveSpan, history: History): Span[] {
  const bothMs = Math.max(primary.fromMs, backup.fromMs);
  // Beats that were in flight for long may have an earlier epoch.
  const firstHeard = (by: string, epoch: number): number =>
    history.activesHeard.find((heard) => heard.by === by && heard.epoch === epoch && heard.atMs >= bothMs)?.atMs ??
    Number.POSITIVE_INFINITY;
  const fromMs = Math.max(firstHeard('broker', backup.epoch), firstHeard('backup', primary.epoch));
  const toMs = Math.min(primary.toMs, backup.toMs);
  if (fromMs >= toMs) return [];
  const standstills = history.faults.filter(
    ({ kind, target }) => isBrokerName(target) && (kind === 'stop' || kind === 'hang' || kind === 'slow'),
  );
  return minus({ fromMs, toMs }, standstills, []);
}

interface ActiveSpan extends Span {
  readonly epoch: number;
}

function activeSpans({ brokers, lives, endMs }: History, host: string): ActiveSpan[] {
  const spans: ActiveSpan[] = [];
  for (const life of lives.filter(({ name }) => name === host)) {
    const changes = brokers.filter(({ process }) => process === life.process);
    for (const [index, { state, atMs, epoch }] of changes.entries()) {
      if (state !== 'active') continue;
      const toMs = changes[index + 1]?.atMs ?? Math.min(life.toMs, endMs);
      spans.push({ fromMs: atMs, toMs, epoch });
    }
  }
  return spans;
}

/** The parts of a span in which nothing was wrong with the brokers for long enough to take over. */
function calm(span: Span, history: History): Span[] {
  return minus(span, history.faults.filter(hitsBrokers), history.lives.filter(isBroker)).filter(
    ({ fromMs, toMs }) => toMs - fromMs > deadLinkMs,
  );
}

function hitsBrokers({ target, other }: FaultSpan): boolean {
  return isBrokerName(target) && (other === undefined || isBrokerName(other));
}

function isBroker({ name }: Life): boolean {
  return isBrokerName(name);
}
