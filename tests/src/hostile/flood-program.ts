import { endpointsOf } from '@cateto/verification/support/endpoints.ts';
import type { FloodName } from './floods.ts';
import { floods } from './floods.ts';

/* `flood-program.ts <brokers> <milliseconds> <flood>…` runs these floods at once, and ends when the time is over. */

const [, , brokers = '', ms = '0', ...names] = process.argv;
const endMs = performance.now() + Number(ms);
const target = { brokers: endpointsOf(brokers), isOver: () => performance.now() >= endMs };
// A flood may wait for a peer that does not take what it sends.
setTimeout(() => process.exit(0), Number(ms) + 1_000).unref();
await Promise.all(names.map((name) => floods[name as FloodName](target)));
process.exit(0);
