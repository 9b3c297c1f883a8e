import type { Readable, Writable } from 'node:stream';
import type { BrokerEndpoint, Catalogue } from '@cateto/contracts';
import type { BusEvent, ClientBase, Telemetry } from '@cateto/sdk';

/** A stream of the process, or of a test. */
export type Output = Writable & { readonly isTTY?: boolean };

/** Everything that a command uses of its process. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C, or, with the reason {@link outputClosed}, when the reader of stdout has gone. */
  readonly signal: AbortSignal;
}

/** The reason of an abort that is not an interruption: the reader of `watch | head -1` has its line. */
export const outputClosed: unique symbol = Symbol('stdout has no reader any more');

export interface ConnectSettings {
  readonly brokers: readonly BrokerEndpoint[];
  readonly timeoutMs: number;
  /** The file of this program's key pair. */
  readonly key?: string | undefined;
  /** The file of the brokers' public keys. */
  readonly brokerKeys?: string | undefined;
  readonly onEvent: (event: BusEvent) => void;
  readonly telemetry?: Telemetry | undefined;
}

/** The part of the SDK's client that the commands use. */
export type CommandClient = Pick<ClientBase<Catalogue>, 'call' | 'map' | 'status' | 'watch' | 'events' | 'close'>;

export interface Context {
  readonly io: Io;
  readonly catalogue: Catalogue;
  /** As the flag named its module; undefined when there was no flag. */
  readonly catalogueGiven?: string | undefined;
  /** When the command began, by `performance.now()`: 0 is the start of the process. Unless given, the time of its run. */
  readonly startedMs?: number | undefined;
  readonly connect: (settings: ConnectSettings) => Promise<CommandClient>;
}
