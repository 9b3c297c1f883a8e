import { readFileSync } from 'node:fs';

/** The usage of a process so far, from `/proc`. */
export interface Usage {
  /** Processor time, user and system, in microseconds. */
  readonly cpuUs: number;
  readonly residentMiB: number;
}

/** The kernel counts in hundredths of a second. */
const tickUs = 10_000;
const pageMiB = 4_096 / 1_048_576;

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name stands in brackets and may contain spaces.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [userTicks = 0, systemTicks = 0] = [fields[11], fields[12]];
  return { cpuUs: (userTicks + systemTicks) * tickUs, residentMiB: (fields[21] ?? 0) * pageMiB };
}

/** The processor time of all processes of the machine so far, and the available time, in microseconds. */
export function machineBusyUs(): { readonly busyUs: number; readonly allUs: number } {
  return busyIn(readFileSync('/proc/stat', 'utf8'));
}

/**
 * @param text of `/proc/stat`: user, nice, system, idle, waiting for disks, interrupts, soft interrupts, stolen; then
 *   parts of user
 */
export function busyIn(text: string): { readonly busyUs: number; readonly allUs: number } {
  const [, ...fields] = (text.split('\n')[0] ?? '').trim().split(/\s+/);
  const ticks = fields.slice(0, 8).map(Number);
  const allUs = ticks.reduce((total, one) => total + one, 0) * tickUs;
  const idleUs = ((ticks[3] ?? 0) + (ticks[4] ?? 0)) * tickUs;
  return { busyUs: allUs - idleUs, allUs };
}
