import { expect, test } from 'vitest';
import { saidText } from './event-counts.ts';

test('logged events are counted by event and cause, and their own counts are added', () => {
  const said = { type: 'said', name: 'calc-server-1', atMs: 0 } as const;
  const text = saidText([
    { ...said, event: 'fallback', fields: { cause: 'no-listener', count: 3 } },
    { ...said, event: 'fallback', fields: { cause: 'no-listener', count: 2 } },
    { ...said, event: 'active', fields: { epoch: 2 } },
  ]);
  expect(text).toBe('Processes said: active 1, fallback (no-listener) 5.\n');
  expect(saidText([])).toBe('');
});
