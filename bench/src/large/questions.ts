import type { Counts } from '@cateto/contracts';
import type { Client } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import { filled } from './filled.ts';
import system from './module.ts';

/** Where the large values of a request go. */
export type Way = 'to a server' | 'from a server' | 'both ways';

interface Questions {
  /** Each question returns whether its answer is right. */
  small(): Promise<boolean>;
  large(way: Way, bytes: number): Promise<boolean>;
  /** Requests that were sent again so far, by cause. */
  retries(): Counts;
}

const timeoutMs = 60_000;

/** The questions of a client, by the servers to which it sends them. */
export const questions = {
  /** Servers that handle the large values too. */
  shared: async (): Promise<Questions> => {
    const client: Client<typeof system.catalogue> = await connect({ catalogue: system.catalogue, timeoutMs });
    const ways: Record<Way, (value: Uint8Array) => Promise<boolean>> = {
      'to a server': async (value) => (await client.lengthOf(value)).value === value.length,
      'from a server': async (value) => isSame((await client.bytesOf(value.length)).value, value),
      'both ways': async (value) => isSame((await client.mirror(value)).value, value),
    };
    return {
      small: async () => (await client.next(1)).value === 2,
      large: (way, bytes) => ways[way](filled(bytes)),
      retries: () => client.metrics().retries,
    };
  },
  /** Servers that share only the brokers with them. */
  others: async (): Promise<Questions> => {
    const client = await connect({ timeoutMs });
    return {
      small: async () => (await client.hypotenuse(3, 4)).value === 5,
      large: () => Promise.reject(new Error('the calculator has no large values')),
      retries: () => client.metrics().retries,
    };
  },
} satisfies Record<string, () => Promise<Questions>>;

export type QuestionsName = keyof typeof questions;

function isSame(value: Uint8Array, as: Uint8Array): boolean {
  return Buffer.compare(value, as) === 0;
}
