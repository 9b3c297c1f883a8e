import type { AppProcess } from '@cateto/cluster';
import { vi } from 'vitest';

/* The HTTP endpoints of a system that was started with `http`. */

export const anyPorts = { host: '127.0.0.1', port: 0 };

export async function urlOf(process: Pick<AppProcess, 'waitFor'>): Promise<string> {
  const { url } = await process.waitFor('http-listening');
  return String(url);
}

/** The status and the text of `/readyz`. */
export async function readinessOf(process: Pick<AppProcess, 'waitFor'>): Promise<readonly [number, string]> {
  const response = await fetch(`${await urlOf(process)}/readyz`);
  return [response.status, await response.text()];
}

/** Waits until a process answers this on `/readyz`. */
export function untilReadiness(process: Pick<AppProcess, 'waitFor'>, status: number, text: string): Promise<void> {
  return vi.waitUntil(
    async () => {
      const [found, said] = await readinessOf(process);
      return found === status && said === text;
    },
    { timeout: 60_000, interval: 20 },
  ) as Promise<unknown> as Promise<void>;
}
