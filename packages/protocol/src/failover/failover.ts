/*
 * Broker failover: whether this broker of a pair forwards subscriptions, and in which epoch.
 *
 * It follows the Binary Star pattern of the ZeroMQ Guide, chapter 4, with two differences. An epoch replaces the vote
 * of the clients, so that of two active brokers that hear each other exactly one steps down (with the Guide's state
 * table both may abort after a partition). And there is no automatic hand-back. The rules are those of docs/wire.md,
 * "Takeover".
 *
 * | I am    | event                                                          | then                            |
 * |---------|----------------------------------------------------------------|---------------------------------|
 * | created | `started`, and there is no second broker                       | become active                   |
 * | created | `started`                                                      | become standby                  |
 * | standby | the peer was silent for the loss time, and the socket is empty | become active                   |
 * | standby | its link broke, and a later connect is refused                 | become active                   |
 * | active  | `leave`, and there is a second broker                          | become leaving, probe the peer  |
 * | else    | `leave`                                                        | stop                            |
 * | leaving | a later connect is refused, or a second has passed             | stop                            |
 * | any     | the peer beats                                                 | see failover-table.ts           |
 *
 * Rules:
 * - A takeover uses the highest epoch used or heard, plus one. Every change is announced at once by a beat, after the
 *   markers have changed, so that a peer that hears `active` may rely on it.
 * - Before a takeover by silence, the heartbeat socket is read until it is empty. (Otherwise a backup that was stopped
 *   for a second and continued took over from a healthy primary, because timers run before sockets are read.) While the
 *   answer is missing, the reading is requested again with every beat.
 * - A call that comes more than 50 ms after the deadline means that the loop was late, whatever the call is for.
 * - Inputs before `started`, after `stop`, from the broker itself, and unsolicited answers change nothing.
 */
import { calmed, doubled, silenceNeededMs } from './backoff.ts';
import { hear, restartSilence, watchFrom, withProbe } from './peer-watch.ts';
import type { FailoverState } from './state.ts';
import { createdState, deadlineOf, epochTold, readDueMs, stateTold } from './state.ts';
import type {
  Failover,
  FailoverConfig,
  FailoverEffect,
  FailoverInput,
  PeerBeat,
  StepDownCause,
  StopCause,
  TakeoverCause,
} from './types.ts';
import { verdict } from './failover-table.ts';

interface Turn {
  readonly config: FailoverConfig;
  readonly own: FailoverState;
  readonly nowMs: number;
  readonly effects: FailoverEffect[];
}

/** A loop that is later than this may have left beats unread; with the usual 50 ms, a whole beat. */
const lateMsMax = 50;

/**
 * @throws RangeError when the loss time is less than two heartbeats: healthy brokers would lose each other again and
 * again
 */
export function createFailover(config: FailoverConfig): Failover {
  if (config.peerLostMs < 2 * config.heartbeatMs) throw new RangeError('peerLostMs is less than two heartbeats');
  const own = createdState();
  return {
    handle: (input, nowMs) => advance(config, own, input, nowMs),
    deadlineMs: () => deadlineOf(config, own),
    state: () => stateTold(own),
    epoch: () => epochTold(own),
    peer: () => own.watch.peer,
  };
}

/** One step; changes `own` in place. */
export function advance(
  config: FailoverConfig,
  own: FailoverState,
  input: FailoverInput,
  nowMs: number,
): FailoverEffect[] {
  const turn: Turn = { config, own, nowMs, effects: [] };
  if (own.phase === 'created') {
    if (input.type === 'started') start(turn);
    else if (input.type === 'leave') stop(turn, 'nothing-to-hand-over');
  } else if (own.phase !== 'stopped') {
    own.backoff = calmed(own.backoff, nowMs, config.calmMs ?? 10_000);
    noticeLate(turn, nowMs - (deadlineOf(config, own) ?? nowMs));
    take(turn, input);
    overdue(turn);
  }
  return turn.effects;
}

function start(turn: Turn): void {
  turn.own.phase = 'standby';
  turn.own.watch = watchFrom(turn.nowMs);
  if (turn.config.hasPeer) beat(turn);
  else takeOver(turn, 'no-peer');
}

function noticeLate({ own, nowMs }: Turn, lateMs: number): void {
  if (lateMs <= lateMsMax) return;
  own.watch = restartSilence(own.watch, nowMs);
  own.readAgainMs = undefined;
}

function take(turn: Turn, input: FailoverInput): void {
  const { config } = turn;
  switch (input.type) {
    case 'beat':
      return heard(turn, input.beat);
    case 'peer-link-broken':
      if (config.hasPeer) probe(turn);
      return;
    case 'peer-refused':
      return refused(turn);
    case 'heartbeats-read':
      return socketEmpty(turn);
    case 'late':
      return noticeLate(turn, input.lateMs);
    case 'leave':
      return leave(turn);
    case 'started':
    case 'tick':
      return;
  }
}

function heard(turn: Turn, peer: PeerBeat): void {
  const { config, own, nowMs } = turn;
  if (!config.hasPeer) return;
  if (peer.incarnation === config.incarnation) return heardItself(turn);
  // The epoch of a beat that does not count is used too.
  own.epochMax = Math.max(own.epochMax, peer.epoch);
  const before = own.watch.peer?.incarnation;
  const watch = hear(own.watch, peer, nowMs, config.heartbeatMs);
  if (watch === undefined) return;
  if (own.phase === 'standby' && peer.incarnation === before) noticeSlow(turn);
  own.watch = watch;
  own.readAgainMs = undefined;
  if (peer.rank === config.rank && peer.incarnation !== before) {
    turn.effects.push({ type: 'misconfigured', message: `both brokers run as ${config.rank}` });
  }
  const { rank, address, incarnation } = config;
  const decided = verdict({ rank, address, incarnation, state: stateTold(own), epoch: own.epoch }, peer);
  if (decided.is === 'take-over') takeOver(turn, decided.cause);
  else if (decided.is === 'step-down') stepDown(turn, decided.cause);
  else if (decided.is === 'stop') stop(turn, 'peer-active');
}

/** The peer lives, but has missed a beat, and was nearly given up. */
function noticeSlow({ config, own, nowMs }: Turn): void {
  const silentMs = nowMs - own.watch.silentSinceMs;
  const needed = silenceNeededMs(own.backoff, config.peerLostMs);
  if (silentMs >= Math.max(needed / 2, 2 * config.heartbeatMs)) own.backoff = doubled(own.backoff, nowMs);
}

function heardItself({ own, effects }: Turn): void {
  if (own.ownBeatsHeard) return;
  own.ownBeatsHeard = true;
  effects.push({ type: 'misconfigured', message: "the other broker's endpoint is this broker's own" });
}

function refused(turn: Turn): void {
  const { own } = turn;
  const { probe: worth } = own.watch;
  own.watch = withProbe(own.watch, 'none');
  if (worth === 'none' || own.phase === 'active') return;
  if (worth === 'doubtful') probe(turn);
  else if (own.phase === 'standby') takeOver(turn, 'peer-refused');
  else stop(turn, 'nobody-to-hand-over-to');
}

function socketEmpty(turn: Turn): void {
  const { config, own, nowMs } = turn;
  if (own.readAgainMs === undefined || own.phase !== 'standby') return;
  own.readAgainMs = undefined;
  if (nowMs < readDueMs(config, own)) return;
  takeOver(turn, own.watch.peer === undefined ? 'peer-never-heard' : 'peer-silent');
}

function leave(turn: Turn): void {
  const { config, own, nowMs } = turn;
  if (own.phase === 'leaving') return;
  const handsOver = own.phase === 'active' && config.hasPeer;
  own.phase = 'leaving';
  beat(turn);
  if (!handsOver) return stop(turn, 'nothing-to-hand-over');
  own.leaveDueMs = nowMs + (config.leaveMs ?? 1_000);
  probe(turn);
}

function overdue(turn: Turn): void {
  const { config, own, nowMs, effects } = turn;
  if (own.phase === 'stopped') return;
  if (nowMs >= own.leaveDueMs) return stop(turn, 'leave-timeout');
  if (nowMs >= own.beatDueMs) beat(turn);
  if (nowMs < readDueMs(config, own)) return;
  own.readAgainMs = nowMs + config.heartbeatMs;
  effects.push({ type: 'read-heartbeats' });
}

function takeOver(turn: Turn, cause: TakeoverCause): void {
  const { own } = turn;
  own.phase = 'active';
  // At the end of the numbers both brokers use the last one, and the tie-break decides.
  own.epochMax = Math.min(own.epochMax + 1, Number.MAX_SAFE_INTEGER);
  own.epoch = own.epochMax;
  own.readAgainMs = undefined;
  turn.effects.push({ type: 'activate', epoch: own.epoch, cause });
  beat(turn);
}

function stepDown(turn: Turn, cause: StepDownCause): void {
  const { own, nowMs } = turn;
  own.phase = 'standby';
  own.backoff = doubled(own.backoff, nowMs);
  turn.effects.push({ type: 'deactivate', epoch: own.epoch, cause });
  beat(turn);
}

function stop({ own, effects }: Turn, cause: StopCause): void {
  own.phase = 'stopped';
  effects.push({ type: 'stop', cause });
}

function probe({ own, effects }: Turn): void {
  own.watch = withProbe(own.watch, 'asked');
  effects.push({ type: 'probe-peer' });
}

function beat({ config, own, nowMs, effects }: Turn): void {
  own.beatDueMs = nowMs + config.heartbeatMs;
  effects.push({ type: 'beat', state: stateTold(own), epoch: epochTold(own) });
}
