import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program at a terminal of its own, as a person has it. */
export interface Terminal {
  /** The program's process. */
  readonly pid: Promise<number>;
  /** As if it were typed. */
  type(text: string): void;
  /** Resolves with all it wrote so far when that matches. @throws Error when it ends without it */
  wrote(pattern: RegExp): Promise<string>;
  /** The terminal is closed, as a window or a connection is. */
  hangUp(): void;
  /** Resolves when everything is closed. */
  readonly ended: Promise<void>;
}

/**
 * Runs a command of `sh` at a terminal, which util-linux's `script` makes.
 *
 * @param environment in place of this process's
 */
export function atTerminal(command: string, environment: NodeJS.ProcessEnv = process.env): Terminal {
  const child = spawn(
    'script',
    ['--quiet', '--flush', '--return', '--command', `echo "pid=$$"; exec ${command}`, '/dev/null'],
    {
      env: { ...environment, SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let text = '';
  let over = false;
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  // What is typed when it has ended is lost.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(() => void (over = true));

  async function wrote(pattern: RegExp): Promise<string> {
    while (!pattern.test(text)) {
      if (over) throw new Error(`it ended and wrote no ${pattern}: ${text}`);
      await Promise.race([once(child.stdout, 'data'), ended]);
    }
    return text;
  }

  return {
    pid: wrote(/pid=\d+\r?\n/).then((found) => Number(/pid=(\d+)/.exec(found)?.[1])),
    type: (typed) => void child.stdin.write(typed),
    wrote,
    hangUp: () => void child.kill('SIGKILL'),
    ended,
  };
}
