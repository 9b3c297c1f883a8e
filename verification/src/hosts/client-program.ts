import { connect } from '@cateto/sdk';
import type { Load } from '../support/load.ts';
import { startLoad } from '../support/load.ts';

/*
 * A client as a process, so that it can run on any host. The brokers come from the environment. It takes commands over
 * its channel (`settle`, `begin`, `end`) and reports the results as lines of JSON, as an app does.
 */

/** Longer than any cut of these tests, so that no request has to fail. */
const timeoutMs = 20_000;
const perSecond = 200;
/** The step in which counts of answers are reported. */
const step = 10;
/** Answers in a row: each of two calc-servers gets its turn twice. */
const settledAfter = 4;
/** Two calc-servers and two op-servers. */
const servers = 4;

const client = await connect({ timeoutMs });
let load: Load | undefined;

function say(event: string, fields: object = {}): void {
  process.stderr.write(`${JSON.stringify({ event, ...fields })}\n`);
}

/** Waits until one broker is active and the other stands by, every server is known, and no answer needs a fallback. */
async function settle(): Promise<void> {
  for (;;) {
    const status = await client.status();
    const states = status.brokers.map(({ state }) => state);
    if (states.toSorted().join(' ') !== 'active standby' || status.servers.length < servers) continue;
    if (await answersWithoutFallback()) return say('settled', { states });
  }
}

async function answersWithoutFallback(): Promise<boolean> {
  for (let row = 0; row < settledAfter; row += 1) {
    const { fallbacks } = await client.hypotenuse(12, 13);
    if (fallbacks.length > 0) return false;
  }
  return true;
}

async function begin(): Promise<void> {
  const begun = startLoad(client, perSecond);
  load = begun;
  for (let count = 0; load === begun; count += step) {
    say('answered', { count, inARow: begun.inARow() });
    await begun.answered(step);
  }
}

async function end(): Promise<void> {
  const ending = load;
  load = undefined;
  say('account', { ...(await ending?.stop()) });
}

const commands: ReadonlyMap<unknown, () => Promise<void>> = new Map([
  ['settle', settle],
  ['begin', begin],
  ['end', end],
]);

process.on('message', (command) => void commands.get(command)?.());
// The program ends with its parent process.
process.once('disconnect', () => process.exit(1));
say('ready', { address: client.address });
