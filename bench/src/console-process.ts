import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/* A console as a user starts it, and a page that hears it. */

export interface ConsoleProcess {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../../packages/cateto/dist/main.js', import.meta.url));

export async function startConsole(brokers: string): Promise<ConsoleProcess> {
  if (!existsSync(program)) throw new Error('the console is not built: run `pnpm build`');
  const given = ['console', '--listen', '127.0.0.1:0', '--brokers', brokers];
  const child = spawn(process.execPath, [program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = (): Promise<void> => {
    child.kill('SIGTERM');
    return ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^The console is at (http:\S+)$/.exec(line) ?? [];
    if (url !== undefined) return { pid: child.pid ?? 0, url, stop };
  }
  throw new Error('the console ended before it named its address');
}

/** Opens a page: hears the console's stream. Resolves when the page has everything, with what closes the page. */
export async function openPage({ url }: ConsoleProcess): Promise<() => Promise<void>> {
  const ending = new AbortController();
  const answer = await fetch(`${url}api/stream`, { signal: ending.signal });
  if (answer.body === null || !answer.ok) throw new Error(`the stream of the console answers ${answer.status}`);
  let text = '';
  let hasAll = (): void => undefined;
  const complete = new Promise<void>((resolve) => (hasAll = resolve));
  const heard = (async () => {
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text = `${text}${chunk}`.slice(-1_000);
      if (text.includes('event: complete')) hasAll();
    }
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  await Promise.race([complete, heard]);
  return () => {
    ending.abort();
    return heard;
  };
}
