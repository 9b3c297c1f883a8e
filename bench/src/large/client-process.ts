import { environmentWith } from '@cateto/app-kit';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { builtProgram } from '../programs.ts';
import type { BurstLoad, LoadOutcome, PacedLoad } from './loads.ts';
import type { QuestionsName, Way } from './questions.ts';

export type Order =
  | ({ readonly type: 'bursts'; readonly way: Way; readonly bytes: number } & BurstLoad)
  | ({ readonly type: 'paced' } & PacedLoad);

export interface OrderResult extends LoadOutcome {
  /** Requests that the client sent again. */
  readonly resent: number;
}

export type FromLargeClient = { readonly type: 'ready' } | ({ readonly type: 'result' } & OrderResult);

/** A connected client of the suite `large` in a process of its own. */
export interface LargeClient {
  run(order: Order): Promise<OrderResult>;
  stop(): Promise<void>;
}

/** docs/sdk.md advises this flag for programs with many large values. */
const collectLessOften = '--heap-growing-percent=400';

/**
 * Resolves when its first request was answered.
 *
 * @param sends the size of the values that it will send or request
 */
export async function startLargeClient(
  brokers: string,
  asks: QuestionsName,
  sends: 'small' | 'large',
): Promise<LargeClient> {
  const child = fork(builtProgram('large/client-program'), [asks], {
    env: environmentWith({ CATETO_BROKERS: brokers }),
    execArgv: sends === 'large' ? [...process.execArgv, collectLessOften] : process.execArgv,
  });
  await next(child, 'ready');
  return {
    async run(order) {
      child.send(order);
      const { type: _, ...result } = await next(child, 'result');
      return result;
    },
    async stop() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await ended;
    },
  };
}

function next<T extends FromLargeClient['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<FromLargeClient, { type: T }>> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => reject(new Error(`a client of large values ended with ${code}`));
    child.once('exit', died);
    child.once('message', (message: FromLargeClient) => {
      child.off('exit', died);
      if (message.type === type) resolve(message as Extract<FromLargeClient, { type: T }>);
      else reject(new Error(`a client of large values sent ${message.type} instead of ${type}`));
    });
  });
}
