import { connect } from '@cateto/sdk';
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { FromClient, ToClient } from './client-process.ts';
import { closedLoop, openLoop } from './load.ts';

/* A client in a process of its own: does what it is told over its channel, and ends when whoever started it is gone. */

const client = await connect({ timeoutMs: 10_000 });
await client.hypotenuse(12, 13);

function tell(message: FromClient): void {
  process.send?.(message);
}

process.on('message', (message: ToClient) => void run(message));
process.on('disconnect', () => process.exit());
tell({ type: 'ready' });

async function run(message: ToClient): Promise<void> {
  const load = message.type === 'closed' ? closedLoop(client, message) : openLoop(client, message);
  const { latency, ...result } = await load;
  tell({ type: 'result', ...result, latency: encodeIntoCompressedBase64(latency) });
}
