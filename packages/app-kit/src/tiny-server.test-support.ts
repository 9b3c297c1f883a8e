import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const index = fileURLToPath(new URL('./index.ts', import.meta.url));

export interface TinyServer {
  readonly child: ChildProcess;
  /** Resolves when a line that holds the text has been written on stderr. */
  said(text: string): Promise<void>;
  /** Its exit code, or the signal that ended it, and all its lines on stderr. */
  ended(): Promise<{ readonly how: number | NodeJS.Signals | null; readonly lines: readonly string[] }>;
}

export interface TinyServerCode {
  /** Before the server is run. */
  readonly before?: string;
  /** The body of `start`. */
  readonly start?: string;
  /** The body of `drain`. */
  readonly drain?: string;
  readonly args?: readonly string[];
}

/** Runs a server of a few lines as a process of its own, with a channel, as a cluster would. */
export function tinyServer({ before = '', start = '', drain = '', args = [] }: TinyServerCode): TinyServer {
  const code = `
    import { once } from 'node:events';
    import { runServer } from ${JSON.stringify(index)};
    // What keeps a real server running: its sockets.
    setInterval(() => {}, 1_000);
    ${before}
    await runServer({
      name: 'tiny',
      description: 'A server for tests.',
      settings: ['lanes'],
      async start(given, onEvent) {
        ${start}
        onEvent({ event: 'ready' });
        return { async drain() { onEvent({ event: 'draining' }); ${drain} } };
      },
    });
  `;
  const nodeArgs = ['--conditions=@cateto/source', '--import', 'tsx', '--input-type=module', '--eval', code];
  const child = spawn(process.execPath, [...nodeArgs, 'main.ts', '--log', 'json', ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr as NonNullable<typeof child.stderr> });
  reader.on('line', (line) => lines.push(line));
  // Not `close`: after a `disconnect()` of this side it does not come.
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const closed = Promise.all([exited, once(reader, 'close')]).then(([how]) => how);
  const over = closed.then(() => {
    throw new Error(`it ended: ${lines.join('\n')}`);
  });
  // Only whoever waits for a line minds that it ended.
  over.catch(() => undefined);
  return {
    child,
    async said(text) {
      while (!lines.some((line) => line.includes(text))) await Promise.race([once(reader, 'line'), over]);
    },
    async ended() {
      const [exitCode, signal] = await closed;
      return { how: exitCode ?? signal, lines };
    },
  };
}
