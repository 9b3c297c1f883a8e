import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that keeps running, followed by its output. */
export interface Started {
  readonly child: ChildProcess;
  /** Resolves with the first matching line on stdout or stderr. Rejects when the process ends without one. */
  wrote(fits: RegExp): Promise<string>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Follows a process whose stdout, stderr or both are pipes. */
export function following(child: ChildProcess): Started {
  const lines: string[] = [];
  const checks = new Set<() => void>();
  let over = false;

  function checkAll(): void {
    for (const check of checks) check();
  }

  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      checkAll();
    });
  }
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    over = true;
    checkAll();
    return (signal ?? code ?? 0) as number | NodeJS.Signals;
  });
  return {
    child,
    ended,
    wrote: (fits) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const line = lines.find((one) => fits.test(one));
          if (line === undefined && !over) return;
          checks.delete(check);
          if (line === undefined) reject(new Error(`it ended without ${String(fits)}: ${lines.join('\n')}`));
          else resolve(line);
        };
        checks.add(check);
        check();
      }),
  };
}
