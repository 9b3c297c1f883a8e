import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** The socket on which systemd would receive the messages of a service. */
export interface NotifySocket {
  readonly path: string;
  /** All messages so far, with the milliseconds at which each arrived. */
  readonly messages: readonly { readonly text: string; readonly atMs: number }[];
  /** Resolves with the next messages, until one of them contains this. */
  next(text: string): Promise<void>;
}

const program = `
import json, socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('"bound"', flush=True)
while True:
    text = s.recv(65536).decode()
    print(json.dumps({'text': text.strip(), 'atMs': time.monotonic() * 1000}), flush=True)
`;

export async function openNotifySocket(): Promise<NotifySocket> {
  const folder = mkdtempSync(join(tmpdir(), 'notify-'));
  const path = join(folder, 'socket');
  const child = spawn('/usr/bin/python3', ['-c', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const messages: { text: string; atMs: number }[] = [];
  const checks = new Set<() => void>();
  let bound = (): void => undefined;
  const isBound = new Promise<void>((resolve) => (bound = resolve));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === '"bound"') return bound();
    const message = JSON.parse(line) as { text: string; atMs: number };
    // systemd-notify asks for the end of a message to be told, by a message of its own.
    if (message.text.startsWith('BARRIER=')) return;
    messages.push(message);
    for (const check of checks) check();
  });
  let from = 0;
  await isBound;
  return {
    path,
    messages,
    next: (text) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = messages.findIndex((message, index) => index >= from && message.text.includes(text));
          if (found < 0) return;
          from = found + 1;
          checks.delete(check);
          resolve();
        };
        checks.add(check);
        check();
      }),
  };
}
