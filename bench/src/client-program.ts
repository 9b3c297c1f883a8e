import { encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { FromClient, ToClient } from './client-process.ts';
import { closedLoop, openLoop } from './load.ts';
import type { QuestionName } from './question.ts';
import { questions } from './question.ts';

/*
 * A client in a process of its own. It asks the question that it was started with, as commands on its channel tell it,
 * and ends with its parent process.
 */

const { ask } = await questions[process.argv[2] as QuestionName](Number(process.argv[3]));
await ask(0.5);

function tell(message: FromClient): void {
  process.send?.(message);
}

process.on('message', (message: ToClient) => void run(message));
process.on('disconnect', () => process.exit());
tell({ type: 'ready' });

async function run(message: ToClient): Promise<void> {
  const load = message.type === 'closed' ? closedLoop(ask, message) : openLoop(ask, message);
  const { latency, failedAfter, ...result } = await load;
  tell({
    type: 'result',
    ...result,
    latency: encodeIntoCompressedBase64(latency),
    failedAfter: encodeIntoCompressedBase64(failedAfter),
  });
}
