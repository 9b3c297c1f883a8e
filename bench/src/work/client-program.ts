import type { BatchOrder, BatchResult, WorkClient } from './run-batch.ts';
import { runBatch } from './run-batch.ts';

/*
 * A client of the suite `work` in a process of its own. It connects through the client module of its system, runs the
 * batches that it receives over its channel, and ends with the bench.
 */

export type FromWorkClient =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly firstItem: number; readonly result: BatchResult };

interface ClientModule {
  connect(options: unknown): Promise<WorkClient>;
}

process.on('disconnect', () => process.exit());
const [file = ''] = process.argv.slice(2);
const { connect } = (await import(file)) as ClientModule;
const client = await connect(JSON.parse(process.env['PEER_OPTS'] ?? '{}'));

process.on('message', (order: BatchOrder) => void run(order));
tell({ type: 'ready' });

async function run(order: BatchOrder): Promise<void> {
  tell({ type: 'result', firstItem: order.firstItem, result: await runBatch(client, order) });
}

function tell(message: FromWorkClient): void {
  process.send?.(message);
}
