export type Rank = 'primary' | 'backup';

/** What a running broker says of itself in its beats. */
export type BrokerState = 'standby' | 'active' | 'leaving';

export interface FailoverConfig {
  readonly rank: Rank;
  /** The broker's address, 12 characters; among brokers of the same rank the smaller one comes first. */
  readonly address: string;
  /** A random id of this start. */
  readonly incarnation: string;
  /** Whether another broker is configured. */
  readonly peer: boolean;
  /** Time between two beats. */
  readonly heartbeatMs: number;
  /** Silence after which the peer is lost; at least twice `heartbeatMs`. */
  readonly peerLostMs: number;
  /** How long a leaving broker forwards on at most. Counted from `leave`; 1,000 unless given. */
  readonly leaveMs?: number;
  /** Time without stepping down after which silence counts as usual again; 10,000 unless given. */
  readonly calmMs?: number;
}

/** What a broker's beat says, as far as its peer is concerned. The driver has parsed it. */
export interface PeerBeat {
  readonly rank: Rank;
  readonly state: BrokerState;
  /** A whole number from 0 to 2^53 - 1. */
  readonly epoch: number;
  readonly incarnation: string;
  readonly address: string;
}

export type FailoverInput =
  /** All ports are bound. Nothing counts before. */
  | { readonly type: 'started' }
  | { readonly type: 'beat'; readonly beat: PeerBeat }
  /** The connection to the peer's heartbeat port broke. */
  | { readonly type: 'peer-link-broken' }
  /** Answers to `probe-peer`: the connect was refused; it was accepted. A connect that ends otherwise says nothing. */
  | { readonly type: 'peer-refused' }
  | { readonly type: 'peer-accepting' }
  /** The answer to `read-heartbeats`: the socket is empty, and what was in it has been handed in before this. */
  | { readonly type: 'heartbeats-read' }
  /** The driver knows of lateness that the machine cannot see by itself, such as a suspended computer. */
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

export type StopCause = 'peer-active' | 'leave-timeout' | 'no-peer';

export type FailoverEffect =
  /** Publish a beat, to the peer and to whoever listens. */
  | { readonly type: 'beat'; readonly state: BrokerState; readonly epoch: number }
  /** Forward the subscriptions upstream, and the marker of this epoch last. */
  | { readonly type: 'activate'; readonly epoch: number; readonly cause: TakeoverCause }
  /** Withdraw the marker of this epoch first, then the rest. */
  | { readonly type: 'deactivate'; readonly epoch: number; readonly cause: StepDownCause | StopCause }
  /** Try a plain TCP connect to the peer's heartbeat port, now. */
  | { readonly type: 'probe-peer' }
  /** Read the heartbeat socket until it is empty, hand in what was there, then `heartbeats-read`. */
  | { readonly type: 'read-heartbeats' }
  /** Drop what the XSUB has queued: it is older than `lateMs` and its senders have sent it again elsewhere. */
  | { readonly type: 'drop-queued'; readonly lateMs: number }
  /** `same-rank`: the peer has this broker's rank. `own-beats`: the peer's endpoint is this broker itself. */
  | { readonly type: 'misconfigured'; readonly fault: 'same-rank' | 'own-beats' }
  /** Close everything. There are no effects after this one. */
  | { readonly type: 'stop'; readonly cause: StopCause };

export interface FailoverSnapshot {
  readonly state: 'created' | BrokerState | 'stopped';
  /** What the beats say: an active broker's own epoch, otherwise the highest one known. */
  readonly epoch: number;
  /** What made it active or standby, whichever it was last. */
  readonly cause: 'started' | TakeoverCause | StepDownCause;
  /** The peer's last beat; undefined until one was heard. */
  readonly peer: PeerBeat | undefined;
  /** Whether the peer was lost, or never heard for as long, when the machine last ran. */
  readonly peerLost: boolean;
}

export interface Failover {
  handle(input: FailoverInput, nowMs: number): readonly FailoverEffect[];
  /** Undefined before the start and after the stop; otherwise always later than the last `nowMs`. */
  deadlineMs(): number | undefined;
  state(): FailoverSnapshot;
}
