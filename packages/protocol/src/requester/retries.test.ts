import { expect, test } from 'vitest';
import { createRetries } from './retries.ts';

test('a retry counts under the cause that the input tells', () => {
  const retries = createRetries();
  for (const input of ['tick', 'tick', 'listener-down', 'marker-up', 'beat', 'results'] as const) {
    retries.handling(input);
    retries.count();
  }
  expect(retries.counts()).toEqual({
    silence: 2,
    'server-lost': 1,
    'broker-changed': 1,
    'not-held': 1,
    refused: 1,
  });
});
