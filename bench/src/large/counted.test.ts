import { expect, test } from 'vitest';
import { countedIn } from './counted.ts';

test('counters are added over labels and processes', () => {
  const broker = [
    '# TYPE cateto_broker_forwarded_bytes_total counter',
    'cateto_broker_forwarded_bytes_total 1000',
    'cateto_broker_takeovers_total{cause="peer-silent"} 1',
    'cateto_dropped_messages_total{cause="not-a-batch"} 2',
  ];
  const server = [
    'cateto_client_retries_total{cause="silence"} 3',
    'cateto_client_retries_total{cause="not held"} 4',
    'cateto_dropped_messages_total{role="op-server",cause="broken message"} 5',
  ];
  expect(countedIn([broker.join('\n'), server.join('\n')])).toEqual({
    forwardedBytes: 1_000,
    retries: 7,
    dropped: 7,
    takeovers: 1,
  });
});
