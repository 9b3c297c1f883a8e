import { connect } from '@cateto/sdk';

/**
 * Asks servers for their status until it is closed, so that a program that watches has something to print. An idle
 * system is silent: a watch that connects a moment later than all others sees nothing.
 */
export async function openTraffic(brokers: string): Promise<{ close(): Promise<void> }> {
  const client = await connect({ brokers });
  let ended = false;
  async function ask(): Promise<void> {
    while (!ended) await client.status();
  }
  const asking = ask();
  return {
    async close() {
      ended = true;
      await asking;
      await client.close();
    },
  };
}
