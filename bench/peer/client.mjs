import { connect as connectClient } from '../../packages/sdk/dist/index.js';

/** The client of the benchmark: one connection, a call for each request. */
export async function connect({ brokers, timeoutMs }) {
  const client = await connectClient({ brokers, timeoutMs });
  return {
    call: async (a, b) => (await client.hypotenuse(a, b)).value,
    close: () => client.close(),
  };
}
