export type Rank = 'primary' | 'backup';

/** The state of a running broker, in its beats. */
export type BrokerState = 'standby' | 'active' | 'leaving';

export interface FailoverConfig {
  readonly rank: Rank;
  /** The broker's address, 12 characters. Of two brokers of one rank, the one with the smaller address is first. */
  readonly address: string;
  /** A random id of this start. */
  readonly incarnation: string;
  /** Whether there is a second broker. */
  readonly hasPeer: boolean;
  /** Time between two beats. */
  readonly heartbeatMs: number;
  /** Silence after which the peer is lost; at least twice `heartbeatMs`. */
  readonly peerLostMs: number;
  /** How long a leaving broker forwards at most, from `leave` on; unless given, 1,000. */
  readonly leaveMs?: number;
  /** The time without a step down after which the usual silence is enough again; unless given, 10,000. */
  readonly calmMs?: number;
}

/** A broker's beat, as its peer receives it. The driver has parsed it. */
export interface PeerBeat {
  readonly rank: Rank;
  readonly state: BrokerState;
  /** A whole number from 0 to 2^53 - 1. */
  readonly epoch: number;
  readonly incarnation: string;
  readonly address: string;
}

export type FailoverInput =
  /** The ports are bound. Inputs before this do not count. */
  | { readonly type: 'started' }
  | { readonly type: 'beat'; readonly beat: PeerBeat }
  /** The connection to the peer's heartbeat port broke. */
  | { readonly type: 'peer-link-broken' }
  /** The answer to `probe-peer`: the connect was refused. Any other result proves nothing and is not reported. */
  | { readonly type: 'peer-refused' }
  /** The answer to `read-heartbeats`: the socket is empty, and every beat in it has been reported before. */
  | { readonly type: 'heartbeats-read' }
  /** The loop ran this much later than planned. The machine itself notices lateness for `deadlineMs`. */
  | { readonly type: 'late'; readonly lateMs: number }
  /** SIGTERM. */
  | { readonly type: 'leave' }
  | { readonly type: 'tick' };

export type TakeoverCause =
  | 'no-peer'
  | 'both-standby'
  | 'peer-leaving'
  | 'peer-refused'
  | 'peer-silent'
  | 'peer-never-heard';

export type StepDownCause = 'higher-epoch' | 'same-epoch';

export type StopCause = 'peer-active' | 'nothing-to-hand-over' | 'nobody-to-hand-over-to' | 'leave-timeout';

export type FailoverEffect =
  /** Publish a beat to the peer and other listeners. */
  | { readonly type: 'beat'; readonly state: BrokerState; readonly epoch: number }
  /** Forward all subscriptions upstream, last the marker of this epoch. */
  | { readonly type: 'activate'; readonly epoch: number; readonly cause: TakeoverCause }
  /** Withdraw the marker, which has this epoch, then the rest. */
  | { readonly type: 'deactivate'; readonly epoch: number; readonly cause: StepDownCause }
  /** Try a plain TCP connect to the peer's heartbeat port, now. */
  | { readonly type: 'probe-peer' }
  /** Read the heartbeat socket until it is empty, report each beat, then `heartbeats-read`. */
  | { readonly type: 'read-heartbeats' }
  | { readonly type: 'misconfigured'; readonly message: string }
  /** Withdraw the marker, if there is one, then the rest, and close. No effects follow. */
  | { readonly type: 'stop'; readonly cause: StopCause };

export interface Failover {
  /** All effects of one call belong to `nowMs`, in this order. `nowMs` never goes back. */
  handle(input: FailoverInput, nowMs: number): readonly FailoverEffect[];
  /** Undefined before the start and after the stop; otherwise later than the last `nowMs`. */
  deadlineMs(): number | undefined;
  /** Standby before the start; leaving after the stop. */
  state(): BrokerState;
  /** The epoch in its beats: that of its marker while it has one, otherwise the highest used or heard. */
  epoch(): number;
  /** The peer's last beat that counted. */
  peer(): PeerBeat | undefined;
}
