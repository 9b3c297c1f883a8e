import { readFileSync } from 'node:fs';

const lookEveryMs = 250;

/**
 * Runs once when npm, which started this process (`npx cateto`, an npm script), is gone: it may be killed without a word to what it started.
 * Nothing is watched when npm did not start it. `npm_command` is what npm tells the programs that it starts.
 */
export function onParentGone(run: () => void): void {
  if (process.env['npm_command'] === undefined) return;
  const parent = process.ppid;
  // npm starts a shell that starts the program, and the shell outlives npm.
  const grandparent = isShell(parent) ? parentOf(parent) : undefined;
  const looking = setInterval(() => {
    if (process.ppid === parent && parentIs(parent, grandparent)) return;
    clearInterval(looking);
    run();
  }, lookEveryMs).unref();
}

function parentIs(pid: number, expected: number | undefined): boolean {
  return expected === undefined || parentOf(pid) === expected;
}

/** `sh -c <script>`. Only Linux tells. */
function isShell(pid: number): boolean {
  return read(pid, 'cmdline')?.split('\0')[1] === '-c';
}

function parentOf(pid: number): number | undefined {
  // `<pid> (<name>) <state> <parent> …`, where the name may hold anything.
  const parent = read(pid, 'stat')?.split(') ').at(-1)?.split(' ')[1];
  return parent === undefined ? undefined : Number(parent);
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
