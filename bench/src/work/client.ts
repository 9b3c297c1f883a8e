import type { Answer, Client } from '@cateto/sdk';
import { connect as connectClient } from '@cateto/sdk';
import { workCatalogue } from './catalogue.ts';
import type { WorkAnswer, WorkClient } from './run-batch.ts';

/** Cateto's client in the suite `work`: it calls a formula for each request. */
export async function connect(options: { readonly brokers: string; readonly timeoutMs: number }): Promise<WorkClient> {
  const { brokers, timeoutMs } = options;
  const client: Client<typeof workCatalogue> = await connectClient({ catalogue: workCatalogue, brokers, timeoutMs });
  const formulas = { burn: client.burnOne, pause: client.pauseOne };
  return {
    call: async (kind, item, amount) => told(await formulas[kind](item, amount)),
    eight: async (item, amount) => told(await client.burnEight(item, amount)),
    close: () => client.close(),
  };
}

function told({ value, fallbacks }: Answer<number>): WorkAnswer {
  return { value, fallbacks: fallbacks.length };
}
