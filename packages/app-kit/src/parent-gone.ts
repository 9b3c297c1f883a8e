import { readFileSync } from 'node:fs';

const lookEveryMs = 250;

/**
 * Calls `run` once when npm, which started this process (`npx cateto`, an npm script), has gone. npm can be killed
 * without telling its child processes. Does nothing if npm did not start this process: npm sets `npm_command` for the
 * programs that it starts.
 */
export function onParentGone(run: () => void): void {
  if (process.env['npm_command'] === undefined) return;
  const parent = process.ppid;
  // npm starts the program through a shell, and the shell outlives npm.
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

/** Whether a process is `sh -c <script>`. Only Linux can tell. */
function isShell(pid: number): boolean {
  return read(pid, 'cmdline')?.split('\0')[1] === '-c';
}

function parentOf(pid: number): number | undefined {
  // The file contains `<pid> (<name>) <state> <parent> …`, and the name can contain anything.
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
