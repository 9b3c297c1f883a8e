import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identifies a process among all that had or will have the same id. */
export interface Owner {
  readonly host: string;
  /**
   * The namespace of process ids in which it runs: two containers may have one host name. Empty where there are none.
   */
  readonly space: string;
  readonly pid: number;
  /** The start time, in the system's own form; empty where the system does not tell. */
  readonly started: string;
}

export function thisProcess(): Owner {
  return { host: hostname(), space: processSpace(), pid: process.pid, started: startOf(process.pid) ?? '' };
}

/** Whether a process has certainly ended. For a process of another host or namespace this is unknown. */
export function hasEnded({ host, space, pid, started }: Owner): boolean {
  if (host !== hostname() || space !== processSpace()) return false;
  if (!isThere(pid)) return true;
  const startedNow = startOf(pid);
  // The id belongs to another process now.
  return startedNow === undefined || (started !== '' && startedNow !== '' && startedNow !== started);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // No permission: the process belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @returns undefined when it has ended, empty when the system does not tell */
function startOf(pid: number): string | undefined {
  if (process.platform === 'win32') return '';
  if (process.platform !== 'linux') return startByPs(pid);
  try {
    // `pid (name) state …`: the name may contain spaces and brackets. The start time is field 22, in ticks since the
    // machine started.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; its parent has not collected it yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return isThere(pid) ? '' : undefined;
  }
}

function startByPs(pid: number): string {
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
  });
  return ps.status === 0 ? ps.stdout.trim() : '';
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return '';
  }
}
