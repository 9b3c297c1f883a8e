import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program at a terminal of its own, as a user has it. */
export interface Terminal {
  /** The program's process. */
  readonly pid: Promise<number>;
  /** Types text. */
  type(text: string): void;
  /** Resolves with all output so far when that matches. @throws Error when the program ends without a match */
  wrote(pattern: RegExp): Promise<string>;
  /** Closes the terminal, as when a window or a connection closes. */
  hangUp(): void;
  /** Resolves when everything is closed. */
  readonly ended: Promise<void>;
}

/**
 * Runs a command of `sh` at a terminal, which util-linux's `script` creates.
 *
 * @param environment replaces the environment of this process
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
  // Text that is typed after its end is lost.
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
