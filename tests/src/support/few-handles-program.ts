import { startBroker } from '@cateto/bus/broker';
import { parseBrokers } from '@cateto/contracts';
import { serve } from '@cateto/sdk';
import { closeSync, openSync } from 'node:fs';
import { slowCatalogue, slowFormulas } from '@cateto/verification/support/slow-catalogue.ts';

/*
 * `few-handles-program.ts <brokers> <most>` opens a server and a broker without free file handles, then with one, and
 * so on up to the most. It reports each result on stdout, and ends by itself if nothing stays open.
 */

const [brokers = '', most = ''] = process.argv.slice(2);
const endpoints = parseBrokers(brokers);
if (endpoints instanceof Error) throw endpoints;

const opening = {
  server: () =>
    serve({ catalogue: slowCatalogue, formulas: slowFormulas, brokers, handlers: { slow: (input) => input } }),
  broker: () =>
    startBroker({
      rank: 'primary',
      brokers: endpoints,
      bind: '127.0.0.1',
      heartbeatMs: 50,
      peerLostMs: 200,
      onEvent: () => undefined,
    }),
};

/** Takes all file handles except this number. @returns a function that gives them back */
function leave(count: number): () => void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
  }
  for (const handle of taken.splice(0, count)) closeSync(handle);
  return () => {
    for (const handle of taken) closeSync(handle);
  };
}

async function outcomeOf(open: () => Promise<{ close(): Promise<void> }>, left: number): Promise<string> {
  const giveBack = leave(left);
  try {
    const opened = await open();
    giveBack();
    await opened.close();
    return 'opened';
  } catch (error) {
    giveBack();
    return /\b(EMFILE)\b/.exec(String(error))?.[0] ?? String(error);
  }
}

for (const [what, open] of Object.entries(opening)) {
  for (let left = 0; left <= Number(most); left += 1) process.stdout.write(`${what}: ${await outcomeOf(open, left)}\n`);
}
