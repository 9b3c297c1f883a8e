import process from 'node:process';
import { Queue, QueueEvents } from 'bullmq';

export async function connect({ redis, timeoutMs }) {
  const kinds = {};
  for (const kind of ['burn', 'pause']) {
    const queue = new Queue(kind, {
      connection: redis,
      defaultJobOptions: { removeOnComplete: { count: 2_000 }, removeOnFail: { count: 2_000 } },
    });
    const events = new QueueEvents(kind, { connection: { ...redis, maxRetriesPerRequest: null } });
    for (const one of [queue, events]) {
      one.setMaxListeners(0);
      one.on('error', (error) => process.stderr.write(`${error.message}\n`));
    }
    await events.waitUntilReady();
    kinds[kind] = { queue, events };
  }
  return {
    async call(kind, item, amount) {
      const { queue, events } = kinds[kind];
      const job = await queue.add(kind, [item, amount]);
      return { value: await job.waitUntilFinished(events, timeoutMs) };
    },
    async close() {
      for (const { queue, events } of Object.values(kinds)) {
        await events.close();
        await queue.close();
      }
    },
  };
}
