import type { BusEvent } from '@cateto/sdk';
import type { CommandClient, Context } from './context.ts';
import { oneLine } from './one-line.ts';
import type { GivenSettings } from './setting-options.ts';
import { settingFrom } from './setting-options.ts';

/**
 * Connects, lets the command use the client, and closes it however that ends.
 *
 * @throws SettingFault when what is configured cannot be read
 */
export async function withClient<T>(
  { io, connect }: Context,
  given: GivenSettings,
  use: (client: CommandClient) => Promise<T>,
): Promise<T> {
  const client = await connect({
    brokers: settingFrom('brokers', given.brokers, io.env),
    timeoutMs: settingFrom('timeoutMs', given.timeout, io.env),
    onEvent(event) {
      const text = noteworthy(event);
      if (text !== undefined) io.stderr.write(`${oneLine(text)}\n`);
    },
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Servers come and go; what a user should hear of is what is wrong. */
function noteworthy(event: BusEvent): string | undefined {
  if (event.event === 'misconfigured') return `misconfigured: ${event.message}`;
  if (event.event !== 'message-dropped') return undefined;
  const { count, topic, cause } = event;
  return `dropped ${count} ${count === 1 ? 'message' : 'messages'}${topic === '' ? '' : ` of ${topic}`}: ${cause}`;
}
