import { expect, test } from 'vitest';
import { behindLink } from '../support/behind-link.ts';

const text = 'x'.repeat(20_000);

test.for([
  { roundTripMs: 500, bitsPerSecond: 2_000_000 },
  { roundTripMs: 2, bitsPerSecond: 2_000_000 },
  { roundTripMs: 500, bitsPerSecond: undefined },
  { roundTripMs: 900, bitsPerSecond: undefined },
])('a server behind %o answers eight requests of 20 kB at a time, each of which it runs once', async (options) => {
  const { client, runs, unstable } = await behindLink(options);
  let calls = 0;
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.echo(text)));
    calls += answers.length;
    for (const { value } of answers) expect(value).toBe(text);
  }
  expect(runs()).toBe(calls);
  // Until the round trip behind other bytes is known, the link may break.
  expect(unstable().length).toBeLessThanOrEqual(2);
});
