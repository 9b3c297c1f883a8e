/*
 * Broker failover: whether this broker of a pair forwards subscriptions, and in which epoch.
 *
 * After the Binary Star pattern of the ZeroMQ Guide, chapter 4, with two differences: an epoch instead of a vote of the
 * clients, so that of two active brokers that hear each other exactly one steps down (the Guide's state table lets both
 * abort after a partition); and no automatic hand-back.
 *
 * | I am    | the peer is                                              | then                                     |
 * |---------|----------------------------------------------------------|------------------------------------------|
 * | standby | active                                                   | stay                                     |
 * | standby | standby                                                  | the primary becomes active, the backup waits |
 * | standby | leaving, lost, or never heard for the loss time          | become active                            |
 * | standby | not configured                                           | become active at start                   |
 * | active  | active with a higher epoch                               | step down                                |
 * | active  | active with the same epoch                               | the backup steps down; of one rank, the larger address |
 * | active  | anything else                                            | stay                                     |
 * | leaving | anything                                                 | until it beats `active` or a second has passed: forward on, then stop |
 *
 * Rules kept:
 * - A takeover uses the highest epoch used or heard, plus one.
 * - Silence counts only while this broker's own loop runs: when the loop was late the silence begins anew, and before a
 *   takeover by silence the heartbeat socket is read empty. (A backup that was stopped for a second and continued took
 *   over from a healthy primary: timers run before sockets are read.)
 * - A broker that stepped down needs twice the silence for its next takeover, up to eight times, until ten seconds have
 *   passed without one: two brokers that hear each other only now and then do not take turns. A refused connection
 *   needs no silence at all.
 */
import type { PeerBeat } from './peer.ts';
import { createPeer } from './peer.ts';

export type Rank = 'primary' | 'backup';
export type BrokerState = 'standby' | 'active' | 'leaving';

export interface FailoverConfig {
  readonly rank: Rank;
  readonly address: string;
  /** A random id of this start. */
  readonly incarnation: string;
  /** Whether there is a second broker. */
  readonly hasPeer: boolean;
  readonly heartbeatMs: number;
  readonly peerLostMs: number;
}

export type FailoverInput =
  /** The ports are bound. */
  | { readonly type: 'started' }
  | { readonly type: 'beat'; readonly beat: PeerBeat }
  /** The heartbeat connection broke. */
  | { readonly type: 'peer-link-broken' }
  /** A plain TCP connect made after that was refused: the process is gone. */
  | { readonly type: 'peer-refused' }
  /** The loop ran so much later than it was to. */
  | { readonly type: 'late'; readonly lateMs: number }
  /** Asked for by `read-heartbeats`: the heartbeat socket is empty; every beat in it was handed in before. */
  | { readonly type: 'heartbeats-read' }
  | { readonly type: 'leave' }
  | { readonly type: 'tick' };

export type FailoverEffect =
  | { readonly type: 'beat'; readonly state: BrokerState; readonly epoch: number }
  /** Forward all subscriptions upstream, this epoch's marker last. */
  | { readonly type: 'activate'; readonly epoch: number; readonly cause: string }
  /** Withdraw the marker, then the rest. */
  | { readonly type: 'deactivate'; readonly epoch: number; readonly cause: string }
  /** Try a plain TCP connect to the peer's heartbeat port and hand in `peer-refused` if it is refused. */
  | { readonly type: 'probe-peer' }
  /** Read the heartbeat socket empty, hand in each beat and then `heartbeats-read`. */
  | { readonly type: 'read-heartbeats' }
  | { readonly type: 'misconfigured'; readonly message: string }
  /** It has left: withdraw everything and end. */
  | { readonly type: 'stop' };

export interface Failover {
  handle(input: FailoverInput, nowMs: number): readonly FailoverEffect[];
  deadlineMs(): number | undefined;
  state(): BrokerState;
  epoch(): number;
}

/** A loop that is later than this says nothing about the peer's silence. */
const lateMs = 50;
const leaveMs = 1_000;
const patienceMax = 8;
const patienceResetMs = 10_000;

export function createFailover(config: FailoverConfig): Failover {
  const { rank, address, incarnation, hasPeer, heartbeatMs, peerLostMs } = config;
  const peer = createPeer(incarnation);
  let started = false;
  let stopped = false;
  let state: BrokerState = 'standby';
  let epoch = 0;
  /** When the peer's silence began, as far as it counts. */
  let silentSinceMs = 0;
  let patience = 1;
  let steppedDownMs = Number.NEGATIVE_INFINITY;
  let reading = false;
  let beatDueMs = 0;
  let leaveDueMs = Number.POSITIVE_INFINITY;
  let warned = false;
  let effects: FailoverEffect[] = [];

  function beat(nowMs: number): void {
    beatDueMs = nowMs + heartbeatMs;
    effects.push({ type: 'beat', state, epoch });
  }

  function become(next: BrokerState, nowMs: number): void {
    state = next;
    beat(nowMs);
  }

  function activate(cause: string, nowMs: number): void {
    epoch = Math.max(epoch, peer.highestEpoch()) + 1;
    reading = false;
    effects.push({ type: 'activate', epoch, cause });
    become('active', nowMs);
  }

  function stepDown(cause: string, nowMs: number): void {
    effects.push({ type: 'deactivate', epoch, cause });
    patience = Math.min(patience * 2, patienceMax);
    steppedDownMs = nowMs;
    silentSinceMs = nowMs;
    become('standby', nowMs);
  }

  function silenceMs(nowMs: number): number {
    if (patience > 1 && nowMs - steppedDownMs >= patienceResetMs) patience = 1;
    return peerLostMs * patience;
  }

  function heard(theirs: PeerBeat, nowMs: number): void {
    if (!hasPeer || !peer.hear(theirs)) return;
    silentSinceMs = nowMs;
    reading = false;
    warnOfRank(theirs);
    if (state === 'leaving') {
      if (theirs.state === 'active') stop();
    } else if (state === 'standby') {
      if (theirs.state === 'leaving') activate('the other broker is leaving', nowMs);
      else if (theirs.state === 'standby' && comesFirst(theirs)) activate('both were standby', nowMs);
    } else if (theirs.state === 'active') {
      if (theirs.epoch > epoch) stepDown(`the other broker is active in epoch ${theirs.epoch}`, nowMs);
      else if (theirs.epoch === epoch && !comesFirst(theirs)) stepDown('both were active in one epoch', nowMs);
    }
  }

  /** The tie-break: the primary, or of one rank the smaller address. */
  function comesFirst(theirs: PeerBeat): boolean {
    return rank === theirs.rank ? address < theirs.address : rank === 'primary';
  }

  function warnOfRank(theirs: PeerBeat): void {
    if (theirs.rank !== rank || warned) return;
    warned = true;
    effects.push({ type: 'misconfigured', message: `both brokers run as ${rank}` });
  }

  function stop(): void {
    stopped = true;
    effects.push({ type: 'stop' });
  }

  function overdue(nowMs: number): void {
    if (nowMs >= leaveDueMs) return stop();
    if (nowMs >= beatDueMs) beat(nowMs);
    if (state !== 'standby' || !hasPeer || reading || nowMs < silentSinceMs + silenceMs(nowMs)) return;
    reading = true;
    effects.push({ type: 'read-heartbeats' });
  }

  function take(input: FailoverInput, nowMs: number): void {
    switch (input.type) {
      case 'started':
        if (started) return;
        started = true;
        silentSinceMs = nowMs;
        if (hasPeer) beat(nowMs);
        else activate('there is no other broker', nowMs);
        return;
      case 'beat':
        return heard(input.beat, nowMs);
      case 'peer-link-broken':
        if (hasPeer) effects.push({ type: 'probe-peer' });
        return;
      case 'peer-refused':
        if (state === 'standby' && hasPeer) activate('the other broker refuses connections', nowMs);
        else if (state === 'leaving') stop();
        return;
      case 'late':
        if (input.lateMs > lateMs) silentSinceMs = nowMs;
        reading = false;
        return;
      case 'heartbeats-read':
        if (!reading || state !== 'standby') return;
        reading = false;
        if (nowMs >= silentSinceMs + silenceMs(nowMs)) activate('the other broker is silent', nowMs);
        return;
      case 'leave':
        if (state === 'leaving') return;
        if (state === 'standby' || !hasPeer) return stop();
        leaveDueMs = nowMs + leaveMs;
        return become('leaving', nowMs);
      case 'tick':
        return;
    }
  }

  return {
    handle(input, nowMs) {
      effects = [];
      if (stopped || (!started && input.type !== 'started')) return effects;
      take(input, nowMs);
      if (!stopped) overdue(nowMs);
      return effects;
    },
    deadlineMs() {
      if (!started || stopped) return undefined;
      const silenceDueMs =
        state === 'standby' && hasPeer && !reading ? silentSinceMs + peerLostMs * patience : Number.POSITIVE_INFINITY;
      return Math.min(beatDueMs, leaveDueMs, silenceDueMs);
    },
    state: () => state,
    epoch: () => epoch,
  };
}
