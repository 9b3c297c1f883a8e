import { sum } from '../measurement.ts';
import type { FromLargeClient, Order } from './client-process.ts';
import type { LoadOutcome } from './loads.ts';
import { inBursts, paced } from './loads.ts';
import { questions } from './questions.ts';

/*
 * A client of the suite `large` in a process of its own. It carries out the orders that it receives over its channel,
 * and ends with the bench.
 */

const { small, large, retries } = await questions[process.argv[2] as keyof typeof questions]();
await small();

function tell(message: FromLargeClient): void {
  process.send?.(message);
}

process.on('message', (order: Order) => void run(order));
process.on('disconnect', () => process.exit());
tell({ type: 'ready' });

async function run(order: Order): Promise<void> {
  const before = sum(Object.values(retries()));
  const outcome = await carryOut(order);
  tell({ type: 'result', ...outcome, resent: sum(Object.values(retries())) - before });
}

function carryOut(order: Order): Promise<LoadOutcome> {
  if (order.type === 'paced') return paced(small, order);
  const { way, bytes } = order;
  return inBursts(() => large(way, bytes), order);
}
