import { PassThrough, Readable, Writable } from 'node:stream';
import { calculator, failure } from '@cateto/contracts';
import type { AnyFailureCode, Catalogue, FallbackLane } from '@cateto/contracts';
import type { CallOptions, EventsOptions, ObservedAt, SystemEvent, SystemEvents, SystemStatus } from '@cateto/sdk';
import { RequestError } from '@cateto/sdk';
import { mapOver } from '@cateto/sdk/testing';
import type { CommandClient, ConnectSettings, Context, Output } from './context.ts';
import { run } from './run.ts';

/** A stream that keeps everything written to it. */
export interface Captured extends Output {
  text(): string;
}

export function captured(isTTY = false): Captured {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return Object.assign(stream, { isTTY, text: () => text });
}

export interface FakeCall {
  readonly formula: string;
  readonly operands: readonly unknown[];
  readonly options: CallOptions | undefined;
}

export interface Setup {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string | Readable;
  readonly stdout?: Output;
  readonly stderr?: Captured;
  readonly ending?: AbortController;
  readonly catalogue?: Context['catalogue'];
  readonly startedMs?: number;
  /** The result of a call; the sum of its operands by default. */
  readonly answer?: (call: FakeCall) => unknown;
  readonly fallbacks?: readonly FallbackLane[];
  readonly fallbackCount?: number;
  /** The error of connecting. */
  readonly refuseConnect?: Error;
  readonly status?: SystemStatus | Promise<SystemStatus>;
  /** The events of a system: those that have happened, then those that happen. */
  readonly events?: (options: EventsOptions) => AsyncIterable<SystemEvent>;
  /** The processes whose events are missing. */
  readonly missing?: readonly string[];
  /** Passes messages to a watcher as soon as there is one. */
  readonly passing?: (show: (message: ObservedAt) => void) => void;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly FakeCall[];
  readonly connected: readonly ConnectSettings[];
  /** The number of clients that were opened and not closed. */
  readonly open: number;
}

/** Runs a command line in this process, with a client that has no sockets. */
export async function runHere(args: readonly string[], setup: Setup = {}): Promise<Ran> {
  const { stdin = '', stdout = captured(), stderr = captured(), ending = new AbortController() } = setup;
  const calls: FakeCall[] = [];
  const connected: ConnectSettings[] = [];
  let open = 0;
  const exitCode = await run(args, {
    io: {
      stdin: typeof stdin === 'string' ? Readable.from([Buffer.from(stdin)]) : stdin,
      stdout,
      stderr,
      env: setup.env ?? {},
      signal: ending.signal,
    },
    catalogue: setup.catalogue ?? calculator,
    startedMs: setup.startedMs,
    connect(settings) {
      if (setup.refuseConnect !== undefined) return Promise.reject(setup.refuseConnect);
      connected.push(settings);
      open += 1;
      return Promise.resolve(fakeClient(setup, calls, () => (open -= 1)));
    },
  });
  const text = 'text' in stdout ? (stdout as Captured).text() : '';
  // How long a batch took is different each time.
  const said = stderr.text().replaceAll(/, in [0-9][a-z0-9. ]* s\n/g, ', in … s\n');
  return { exitCode, stdout: text, stderr: said, calls, connected, open };
}

function fakeClient(setup: Setup, calls: FakeCall[], onClose: () => void): CommandClient {
  const giveUp = new Set<(error: unknown) => void>();
  const catalogue: Catalogue = setup.catalogue ?? calculator;
  const fake: CommandClient = {
    map: mapOver(catalogue, (...args) => fake.call(...args)),
    call(formula, operands, options) {
      const call = { formula, operands, options };
      calls.push(call);
      return new Promise((resolve, reject) => {
        const cancel = (): void => reject(refusal('cancelled', 'the call was aborted'));
        giveUp.add(cancel);
        options?.signal?.addEventListener('abort', cancel);
        const id = `k3f0q9x2m1zd-${calls.length.toString(36)}`;
        const answered = async (): Promise<unknown> => (setup.answer ?? sum)(call);
        answered().then((value) => {
          giveUp.delete(cancel);
          const { fallbacks = [], fallbackCount } = setup;
          resolve({ value, id, elapsedMs: 1.23456, fallbacks, fallbackCount });
        }, reject);
      });
    },
    status: () => Promise.resolve(setup.status ?? { degraded: false, missing: [], brokers: [], servers: [] }),
    watch(onMessage) {
      setup.passing?.(onMessage);
      const close = (): Promise<void> => Promise.resolve();
      return { close, [Symbol.asyncDispose]: close };
    },
    events: (options = {}) => fakeEvents(setup, options),
    close() {
      for (const cancel of giveUp) cancel(undefined);
      onClose();
      return Promise.resolve();
    },
  };
  return fake;
}

function fakeEvents({ events, missing = [] }: Setup, options: EventsOptions): SystemEvents {
  const source = (events ?? none)(options)[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  let end = (): void => undefined;
  const ended = new Promise<IteratorResult<SystemEvent, undefined>>((resolve) => (end = () => resolve(done)));
  const fake: SystemEvents = {
    next: () => Promise.race([ended, source.next() as Promise<IteratorResult<SystemEvent, undefined>>]),
    return() {
      end();
      return Promise.resolve(done);
    },
    position: () => ({}),
    missing: () => missing,
    caughtUp: Promise.resolve(),
    [Symbol.asyncIterator]: () => fake,
    [Symbol.asyncDispose]: async () => void (await fake.return()),
  };
  return fake;
}

async function* none(): AsyncGenerator<SystemEvent> {}

export function sum({ operands }: FakeCall): number {
  return operands.reduce<number>((total, operand) => total + Number(operand), 0);
}

/** The error of a call. */
export function refusal(code: AnyFailureCode, message: string, data?: unknown): RequestError {
  return new RequestError(failure(code, message, data), undefined);
}

/** A stdin that stays open until the test ends it. */
export function openStdin(text: string): PassThrough {
  const stdin = new PassThrough();
  stdin.write(text);
  return stdin;
}
