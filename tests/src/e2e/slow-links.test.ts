import { expect, test } from 'vitest';
import { behindLink } from '../support/behind-link.ts';

test('a server whose round trip to the brokers takes 600 ms is reached, answers, and keeps its connections', async () => {
  const { client, runs, connections, unstable } = await behindLink({ roundTripMs: 600 });
  // The connection for requests is made anew when the round trip is known.
  await client.echo('first');
  const before = connections();
  for (const text of ['second', 'third']) expect((await client.echo(text)).value).toBe(text);
  expect(runs()).toBe(3);
  expect(connections()).toBeLessThanOrEqual(before + 2);
  expect(unstable()).toEqual([]);
});
