import { expect, test } from 'vitest';
import { commit } from './nemesis.ts';
import type { Plant } from './system-under-test.ts';

/** A fake plant that records what is done to it. */
function noted() {
  const notes: string[] = [];
  const plant = {
    start: async (name: string) => void notes.push(`start ${name}`),
    end: async (name: string, signal: string) => void notes.push(`${signal} ${name}`),
    signal: (name: string, signal: string) => void notes.push(`${signal} ${name}`),
  } as unknown as Plant;
  return { plant, notes };
}

const fault = { kind: 'a kind', double: false, holdMs: 0 };

test('a process that was killed or told to end is restarted', async () => {
  const { plant, notes } = noted();
  const committed = await commit(plant, { ...fault, action: 'kill', targets: ['broker'] });
  await commit(plant, { ...fault, action: 'end', targets: ['backup'] });
  expect(notes).toEqual(['SIGKILL broker', 'start broker', 'SIGTERM backup', 'start backup']);
  expect(committed).toMatchObject({ type: 'fault', kind: 'a kind', double: false, targets: ['broker'] });
  expect(committed.toMs).toBeGreaterThanOrEqual(committed.fromMs);
});

test('a stopped process continues', async () => {
  const { plant, notes } = noted();
  await commit(plant, { ...fault, action: 'stop', targets: ['calc-server-1', 'calc-server-2'] });
  expect(notes).toEqual([
    'SIGSTOP calc-server-1',
    'SIGSTOP calc-server-2',
    'SIGCONT calc-server-1',
    'SIGCONT calc-server-2',
  ]);
});
