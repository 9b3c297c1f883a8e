import { expect, test } from 'vitest';
import type { Death } from './history.ts';
import { startPlant } from './system-under-test.ts';

test('a process that ends without being told to counts as a death, and any other end does not', async () => {
  const deaths: Death[] = [];
  let died: (() => void) | undefined;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const plant = await startPlant({
    built: true,
    record(entry) {
      if (entry.type !== 'death') return;
      deaths.push(entry);
      died?.();
    },
  });
  try {
    await plant.end('op-server-1', 'SIGTERM');
    await plant.end('op-server-2', 'SIGKILL');
    plant.get('op-server-3').kill('SIGKILL');
    await death;
  } finally {
    await plant.stop();
  }
  expect(deaths).toMatchObject([{ type: 'death', name: 'op-server-3', how: 'ended (SIGKILL) by itself' }]);
});
