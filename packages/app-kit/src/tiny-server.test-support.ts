import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';

export interface TinyServer {
  readonly child: ChildProcess;
  /** Resolves when the process has written a line with this text on stderr, to that line. */
  said(text: string): Promise<string>;
  /** The exit code or the signal that ended the process, and all its lines on stderr. */
  ended(): Promise<{ readonly how: number | NodeJS.Signals | null; readonly lines: readonly string[] }>;
}

export interface TinyServerCode {
  /** Code that runs before the server. */
  readonly before?: string;
  /** The body of `start`. */
  readonly start?: string;
  /** The body of `drain`. */
  readonly drain?: string;
  /** The body of `notReady`. */
  readonly notReady?: string;
  readonly args?: readonly string[];
  /** Variables besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

export type StartTinyServer = (code: TinyServerCode) => TinyServer;

/** For a test file: starts a server of a few lines as a process of its own, with a channel, as a cluster would. */
export function tinyServers(): StartTinyServer {
  const index = bundled(new URL('./index.ts', import.meta.url));
  return (code) => startTinyServer(index, code);
}

function startTinyServer(
  index: string,
  { before = '', start = '', drain = '', notReady = '', args = [], environment = {} }: TinyServerCode,
): TinyServer {
  const code = `
    import { once } from 'node:events';
    import { runServer } from ${JSON.stringify(index)};
    // Stands for the sockets that keep a real server running.
    setInterval(() => {}, 1_000);
    ${before}
    await runServer({
      name: 'tiny',
      description: 'A server for tests.',
      settings: ['lanes'],
      async start(given, onEvent) {
        ${start}
        onEvent({ event: 'ready' });
        return { async drain() { onEvent({ event: 'draining' }); ${drain} }, notReady() { ${notReady} } };
      },
    });
  `;
  const nodeArgs = ['--input-type=module', '--eval', code];
  const child = spawn(process.execPath, [...nodeArgs, 'main.ts', '--log', 'json', ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...environment },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr as NonNullable<typeof child.stderr> });
  reader.on('line', (line) => lines.push(line));
  // Not `close`, which does not come after a `disconnect()` of this side.
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const closed = Promise.all([exited, once(reader, 'close')]).then(([how]) => how);
  const over = closed.then(() => {
    throw new Error(`it ended: ${lines.join('\n')}`);
  });
  // Only callers that wait for a line need to know that the process ended.
  over.catch(() => undefined);
  return {
    child,
    async said(text) {
      for (;;) {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) return found;
        await Promise.race([once(reader, 'line'), over]);
      }
    },
    async ended() {
      const [exitCode, signal] = await closed;
      return { how: exitCode ?? signal, lines };
    },
  };
}
