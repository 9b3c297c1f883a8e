import type { Client } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import mapSystem from './map-module.ts';
import { slowCatalogue } from '@cateto/verification/support/slow-catalogue.ts';

/** The question of a client. `share`, from 0 to 1, selects the numbers. Returns whether the answer is right. */
export type Question = (share: number) => Promise<boolean>;

export interface Asking {
  readonly ask: Question;
  close(): Promise<void>;
}

/** The questions that a client can be told to ask. */
export const questions = {
  /** The calculator's hypotenuse. */
  hypotenuse: async (timeoutMs: number): Promise<Asking> => {
    const client = await connect({ timeoutMs });
    return {
      async ask(share) {
        const a = 1 + Math.floor(share * 1e6);
        const b = 1 + (a % 9_973);
        const { value } = await client.hypotenuse(a, b);
        return Math.abs(value - Math.hypot(a, b)) <= 4 * Number.EPSILON * value;
      },
      close: () => client.close(),
    };
  },
  /** An operation that takes a fixed time. */
  patience: async (timeoutMs: number): Promise<Asking> => {
    const client: Client<typeof slowCatalogue> = await connect({ catalogue: slowCatalogue, timeoutMs });
    return {
      async ask(share) {
        const { value } = await client.patience(share);
        return value === share;
      },
      close: () => client.close(),
    };
  },
  /** A formula of one call that does nothing. */
  once: (timeoutMs: number) => echoed('once', timeoutMs),
  /** A formula with a map of a thousand such calls. */
  thousandfold: (timeoutMs: number) => echoed('thousandfold', timeoutMs),
} satisfies Record<string, (timeoutMs: number) => Promise<Asking>>;

async function echoed(name: 'once' | 'thousandfold', timeoutMs: number): Promise<Asking> {
  const client: Client<typeof mapSystem.catalogue> = await connect({ catalogue: mapSystem.catalogue, timeoutMs });
  return {
    async ask(share) {
      const a = Math.floor(share * 1e6);
      return (await client[name](a)).value === a;
    },
    close: () => client.close(),
  };
}

export type QuestionName = keyof typeof questions;
