import { connect } from '@cateto/sdk';
import { startLoad } from '../support/load.ts';

/*
 * A load as a process, so that it can run on any host: `load-program.ts <requests per second> <timeout in ms>`, the
 * brokers from the environment. It waits until the system answers without any fallback, says `loading`, then `answered`
 * with a count again and again; told to end (SIGTERM) it asks no more and says its `account`.
 */

/** Said so often that whoever waits for a count is not kept waiting. */
const step = 10;
/** In a row: each calc-server gets its turn, and each knows both op-servers. */
const settledAfter = 4;

const [perSecond, timeoutMs] = process.argv.slice(2).map(Number);
if (perSecond === undefined || timeoutMs === undefined) throw new Error('load-program <per second> <timeout in ms>');

function say(event: string, fields: object): void {
  process.stderr.write(`${JSON.stringify({ event, ...fields })}\n`);
}

// It ends with whoever started it.
process.once('disconnect', () => process.exit(1));

const client = await connect({ timeoutMs });
for (let inRow = 0; inRow < settledAfter;) {
  const { fallbacks } = await client.hypotenuse(12, 13);
  inRow = fallbacks.length === 0 ? inRow + 1 : 0;
}
const load = startLoad(client, perSecond);
say('loading', { address: client.address });

process.once('SIGTERM', () => {
  void load.stop().then(async (account) => {
    say('account', account);
    await client.close();
    process.exit(0);
  });
});

for (let count = step; ; count += step) {
  await load.answered(step);
  say('answered', { count });
}
