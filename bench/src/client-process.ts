import { environmentWith } from '@cateto/app-kit';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import type { ClosedLoad, LoadResult, OpenLoad } from './load.ts';
import { builtProgram } from './programs.ts';
import type { QuestionName } from './question.ts';

export type ToClient = ({ readonly type: 'closed' } & ClosedLoad) | ({ readonly type: 'open' } & OpenLoad);
export type FromClient =
  | { readonly type: 'ready' }
  | ({ readonly type: 'result'; readonly latency: string; readonly failedAfter: string } & Omit<
      LoadResult,
      'latency' | 'failedAfter'
    >);

/** A connected client in a process of its own. */
export interface ClientProcess {
  readonly pid: number;
  run(load: ToClient): Promise<LoadResult>;
  stop(): Promise<void>;
}

export interface ClientOptions {
  readonly brokers: string;
  readonly question: QuestionName;
  readonly timeoutMs: number;
  /** Further settings, as variables. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Resolves when its first request was answered. */
export async function startClient({ brokers, question, timeoutMs, settings }: ClientOptions): Promise<ClientProcess> {
  const child = fork(builtProgram('client-program'), [question, String(timeoutMs)], {
    env: environmentWith({ ...settings, CATETO_BROKERS: brokers }),
  });
  await next(child, 'ready');
  return {
    pid: child.pid ?? 0,
    async run(load) {
      child.send(load);
      const { type: _, latency, failedAfter, ...result } = await next(child, 'result');
      return {
        ...result,
        latency: decodeFromCompressedBase64(latency),
        failedAfter: decodeFromCompressedBase64(failedAfter),
      };
    },
    async stop() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await ended;
    },
  };
}

function next<T extends FromClient['type']>(child: ChildProcess, type: T): Promise<Extract<FromClient, { type: T }>> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => reject(new Error(`a client ended with ${code}`));
    const hear = (message: FromClient): void => {
      if (message.type !== type) return;
      child.off('message', hear);
      child.off('exit', died);
      resolve(message as Extract<FromClient, { type: T }>);
    };
    child.on('message', hear);
    child.once('exit', died);
  });
}
