import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import type { ClosedLoad, LoadResult, OpenLoad } from './load.ts';

export type ToClient = ({ readonly type: 'closed' } & ClosedLoad) | ({ readonly type: 'open' } & OpenLoad);
export type FromClient =
  | { readonly type: 'ready' }
  | ({ readonly type: 'result'; readonly latency: string } & Omit<LoadResult, 'latency'>);

/** A client in a process of its own, connected. */
export interface ClientProcess {
  readonly pid: number;
  run(load: ToClient): Promise<LoadResult>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('./client-program.ts', import.meta.url));

/** Resolves when its first request was answered. */
export async function startClient(brokers: string): Promise<ClientProcess> {
  const child = fork(program, {
    execArgv: ['--conditions=@cateto/source', '--import', 'tsx'],
    env: { ...environmentWithout(), CATETO_BROKERS: brokers },
  });
  await next(child, 'ready');
  return {
    pid: child.pid ?? 0,
    async run(load) {
      child.send(load);
      const { answered, wrong, failed, gapMs, latency } = await next(child, 'result');
      return { answered, wrong, failed, gapMs, latency: decodeFromCompressedBase64(latency) };
    },
    async stop() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await ended;
    },
  };
}

/** Settings of whoever measures are not the client's. */
function environmentWithout(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CATETO_')));
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
