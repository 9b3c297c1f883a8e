import { expect, test } from 'vitest';
import { behindLink } from '../support/behind-link.ts';

/** Short enough to share a frame with others: three bytes are reserved for each character. */
const text = 'x'.repeat(9_000);
const atOnce = 18;

test.for([
  { roundTripMs: 500, bitsPerSecond: 2_000_000 },
  { roundTripMs: 2, bitsPerSecond: 2_000_000 },
  { roundTripMs: 500, bitsPerSecond: undefined },
  { roundTripMs: 900, bitsPerSecond: undefined },
])('a server behind %o answers eighteen requests of 9 kB at a time, each of which it runs once', async (options) => {
  const { client, runs, unstable } = await behindLink(options);
  async function burst(): Promise<void> {
    const answers = await Promise.all(Array.from({ length: atOnce }, () => client.echo(text)));
    for (const { value } of answers) expect(value).toBe(text);
  }
  const rounds = 6;
  for (let round = 0; round < rounds; round += 1) await burst();
  expect(runs()).toBe(atOnce * rounds);
  expect(unstable().length).toBeLessThanOrEqual(2);
});

test.for([2, 500])(
  'values of 1 MiB cross a link of 2 Mbit/s with a round trip of %i ms once, and small requests pass between their chunks',
  async (roundTripMs) => {
    const { client, runs, unstable } = await behindLink({ roundTripMs, bitsPerSecond: 2_000_000 });
    await client.echo('first');
    const large = 'y'.repeat(1_048_576);
    let left = 2;
    const answered = [0, 1].map(async () => {
      const { value } = await client.echo(large);
      left -= 1;
      return value === large;
    });
    let small = 0;
    for (; left > 0; small += 1) expect((await client.echo('small')).value).toBe('small');
    expect(await Promise.all(answered)).toEqual([true, true]);
    // 16.8 million bits take 8.4 s in each direction.
    expect(small).toBeGreaterThanOrEqual(2);
    expect(runs()).toBe(1 + 2 + small);
    expect(unstable().length).toBeLessThanOrEqual(2);
  },
);
