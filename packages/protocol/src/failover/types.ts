export type Rank = 'primary' | 'backup';

/** What a running broker says of itself in its beats. */
export type BrokerState = 'standby' | 'active' | 'leaving';

export interface FailoverConfig {
  readonly rank: Rank;
  /** The broker's address, 12 characters; of two brokers of one rank the smaller one comes first. */
  readonly address: string;
  /** A random id of this start. */
  readonly incarnation: string;
  /** Whether there is a second broker. */
  readonly hasPeer: boolean;
  /** Time between two beats. */
  readonly heartbeatMs: number;
  /** Silence after which the peer is lost; at least twice `heartbeatMs`. */
  readonly peerLostMs: number;
  /** How long a leaving broker forwards on at most, from `leave` on; 1,000 unless given. */
  readonly leaveMs?: number;
  /** Time without stepping down after which silence counts as usual again; 10,000 unless given. */
  readonly calmMs?: number;
}

/** What a broker's beat says to its peer. The driver has parsed it. */
export interface PeerBeat {
  readonly rank: Rank;
  readonly state: BrokerState;
  /** A whole number from 0 to 2^53 - 1. */
  readonly epoch: number;
  readonly incarnation: string;
  readonly address: string;
}

export type FailoverInput =
  /** The ports are bound. Nothing counts before. */
  | { readonly type: 'started' }
  | { readonly type: 'beat'; readonly beat: PeerBeat }
  /** The connection to the peer's heartbeat port broke. */
  | { readonly type: 'peer-link-broken' }
  /** Asked for by `probe-peer`: the connect was refused. One that ends otherwise says nothing and is not handed in. */
  | { readonly type: 'peer-refused' }
  /** Asked for by `read-heartbeats`: the socket is empty, and every beat that was in it has been handed in before. */
  | { readonly type: 'heartbeats-read' }
  /** The loop ran so much later than it was to. What is late for `deadlineMs` the machine notices by itself. */
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
  /** Publish a beat, to the peer and to whoever listens. */
  | { readonly type: 'beat'; readonly state: BrokerState; readonly epoch: number }
  /** Forward all subscriptions upstream, the marker of this epoch last. */
  | { readonly type: 'activate'; readonly epoch: number; readonly cause: TakeoverCause }
  /** Withdraw the marker, which is of this epoch, then the rest. */
  | { readonly type: 'deactivate'; readonly epoch: number; readonly cause: StepDownCause }
  /** Try a plain TCP connect to the peer's heartbeat port, now. */
  | { readonly type: 'probe-peer' }
  /** Read the heartbeat socket until it is empty, hand in what was there, then `heartbeats-read`. */
  | { readonly type: 'read-heartbeats' }
  | { readonly type: 'misconfigured'; readonly message: string }
  /** Withdraw the marker if there is one, then the rest, and close. There are no effects after this one. */
  | { readonly type: 'stop'; readonly cause: StopCause };

export interface Failover {
  /** Every effect of one call belongs to `nowMs`, in this order. `nowMs` never goes back. */
  handle(input: FailoverInput, nowMs: number): readonly FailoverEffect[];
  /** Undefined before the start and after the stop; otherwise later than the last `nowMs`. */
  deadlineMs(): number | undefined;
  /** Standby before the start; leaving after the stop. */
  state(): BrokerState;
  /** What the beats say: that of its marker while it holds one, otherwise the highest used or heard. */
  epoch(): number;
  /** The peer's last beat that counted. */
  peer(): PeerBeat | undefined;
}
