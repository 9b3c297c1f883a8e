import { expect, test } from 'vitest';
import { testPlatform } from '../participant/fake-link.test-support.ts';
import { createThrottledCounter } from '../participant/throttled-counter.ts';
import { createForwarding } from './forwarding.ts';
import { createSubscriptionTable } from './subscription-table.ts';

test('a broker counts the messages and bytes that it forwards, also beyond 2 GiB', () => {
  const forwarding = createForwarding({
    link: { forward: () => undefined, subscribe: () => undefined, unsubscribe: () => undefined },
    table: createSubscriptionTable('aaaaaaaaaaaa'),
    dropped: createThrottledCounter(testPlatform(), () => undefined),
  });
  const body = { length: 2 ** 31 } as Uint8Array;
  for (let count = 0; count < 3; count += 1) forwarding.published('calc.request.1.bbbbbbbbbbbb', body);
  forwarding.published('calc.request.1', body);
  expect(forwarding.forwardedBytes()).toBe(3 * 2 ** 31);
  expect(forwarding.counters()).toMatchObject({ forwarded: 3, dropped: 1 });
});
