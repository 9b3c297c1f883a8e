import type { Failover } from './state.ts';
import type { RequestRow } from './request.ts';
import type { Sequence } from './sequence.ts';
import type { SystemEvent } from './state.ts';

/* What the page and the worker of the playground tell each other. Times are milliseconds of virtual time. */

export type PlayState = 'running' | 'stopped' | 'ended';
export type PlayAction = 'kill' | 'stop' | 'resume' | 'start';

export interface PlayProcess {
  /** Its host in the simulation, `op-server-1`. */
  readonly name: string;
  /** `primary broker` */
  readonly shown: string;
  readonly state: PlayState;
  /** `active, epoch 2`; empty when the state says all. */
  readonly condition: string;
  readonly isActive: boolean;
}

export type FlyingLook = 'request' | 'answer' | 'failure' | 'beat' | 'control';

/** A message on a link. */
export interface Flying {
  readonly key: number;
  readonly from: string;
  readonly to: string;
  /** How far it is, 0 to 1. */
  readonly progress: number;
  /** A cut holds it back, or its process does not read it. */
  readonly waits: boolean;
  readonly look: FlyingLook;
  readonly label: string;
}

/** The system at one moment. */
export interface Stage {
  readonly seed: number;
  readonly nowMs: number;
  readonly playing: boolean;
  readonly processes: readonly PlayProcess[];
  /** Both names in the order of {@link links}. */
  readonly cuts: readonly string[];
  readonly flying: readonly Flying[];
  /** Messages that are not shown, because there are too many. */
  readonly omitted: number;
  /** How many requests the client makes by itself, in a second of virtual time. */
  readonly perSecond: number;
  readonly pace: Pace;
}

/** The history of the simulated system, the latest last. */
export interface Story {
  /** Of all that are kept, the last ones. */
  readonly rows: readonly RequestRow[];
  readonly requests: number;
  readonly answered: number;
  readonly events: readonly SystemEvent[];
  readonly failover: Failover | undefined;
  /** Requests from before the failover have no outcome yet. */
  readonly isUnderWay: boolean;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly sequence: Sequence;
}

export interface SceneOutcome {
  readonly index: number;
  /** Undefined while it plays. */
  readonly row: RequestRow | undefined;
}

export type FromPlayground =
  | { readonly type: 'stage'; readonly stage: Stage }
  | { readonly type: 'story'; readonly story: Story }
  | { readonly type: 'figure'; readonly figure: Figure | undefined }
  | { readonly type: 'scene'; readonly outcome: SceneOutcome }
  | { readonly type: 'fault'; readonly message: string };

/** How many milliseconds of virtual time pass in a second; `follow` is slow while messages of requests are under way. */
export type Pace = number | 'follow';

export type ToPlayground =
  | { readonly type: 'begin'; readonly seed: number }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  | { readonly type: 'step' }
  | { readonly type: 'pace'; readonly pace: Pace }
  | { readonly type: 'load'; readonly perSecond: number }
  | { readonly type: 'ask'; readonly formula: string; readonly operands: readonly number[] }
  | { readonly type: 'act'; readonly process: string; readonly action: PlayAction }
  | { readonly type: 'link'; readonly one: string; readonly other: string; readonly action: 'cut' | 'heal' }
  | { readonly type: 'scene'; readonly index: number }
  /** Which request the figure shows; undefined for the latest. */
  | { readonly type: 'show'; readonly id: string | undefined };

/** The processes of the calculator, as the paper has them. */
export const hosts = ['client', 'broker', 'backup', 'calc-server', 'op-server-1', 'op-server-2'] as const;
export type Host = (typeof hosts)[number];

export const shownNames: Readonly<Record<Host, string>> = {
  client: 'client',
  broker: 'primary broker',
  backup: 'backup broker',
  'calc-server': 'calc-server',
  'op-server-1': 'op-server-1',
  'op-server-2': 'op-server-2',
};

/** Which processes are connected: everyone with both brokers, and these with each other. */
export const links: readonly (readonly [one: Host, other: Host])[] = [
  ['broker', 'backup'],
  ...(['client', 'calc-server', 'op-server-1', 'op-server-2'] as const).flatMap(
    (host) =>
      [
        [host, 'broker'],
        [host, 'backup'],
      ] as const,
  ),
];

export function linkName(one: string, other: string): string {
  return `${one} ${other}`;
}
