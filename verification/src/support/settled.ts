import type { Catalogue } from '@cateto/contracts';
import type { ClientBase } from '@cateto/sdk';

const settledMaxMs = 90_000;

/** A question whose calls need every op-server of the tests' systems. */
const diagonal = { formula: 'diagonal', operands: [1, 2, 2] } as const;

/** Waits until a system answers without any fallback: all participants have found each other. */
export async function settled(
  client: Pick<ClientBase<Catalogue>, 'call'>,
  { formula, operands }: { readonly formula: string; readonly operands: readonly number[] } = diagonal,
): Promise<void> {
  const untilMs = performance.now() + settledMaxMs;
  while (performance.now() < untilMs) {
    const { fallbacks } = await client.call(formula, operands);
    if (fallbacks.length === 0) return;
  }
  throw new Error(`op-servers are still missing after ${settledMaxMs} ms`);
}
