import type { Calculator } from '@cateto/contracts';
import type { Client } from '@cateto/sdk';

const settledMaxMs = 90_000;

/** Waits until a system answers without any fallback: all participants have found each other. */
export async function settled(client: Client<Calculator>): Promise<void> {
  const untilMs = performance.now() + settledMaxMs;
  while (performance.now() < untilMs) {
    const { fallbacks } = await client.diagonal(1, 2, 2);
    if (fallbacks.length === 0) return;
  }
  throw new Error(`op-servers are still missing after ${settledMaxMs} ms`);
}
