import { oneLine } from '@cateto/app-kit';
import { checkKeySettings, loadTracing, readSettings, unknownVariables, unknownVariableText } from '@cateto/app-kit';
import type { BusEvent } from '@cateto/sdk';
import type { Command } from 'commander';
import type { CommandClient, Context } from './context.ts';

/**
 * Connects, lets the command use the client, and closes it in any case.
 *
 * @param command has the flags; settings without a flag may come from the environment
 * @throws SettingFault when a setting cannot be read
 */
export async function withClient<T>(
  { io, connect }: Context,
  command: Command,
  use: (client: CommandClient) => Promise<T>,
): Promise<T> {
  const given = readSettings(command, ['brokers', 'timeoutMs', 'key', 'brokerKeys', 'otel'], io.env);
  const { otel, ...values } = given.values;
  checkKeySettings(given);
  for (const unknown of unknownVariables(io.env)) io.stderr.write(`${unknownVariableText(unknown)}\n`);
  const say = (cause: string): void => void io.stderr.write(`${oneLine(`traces lost: ${cause}`)}\n`);
  const tracing = await loadTracing(otel && calls(command), 'client', say);
  const client = await connect({
    ...values,
    telemetry: tracing?.telemetry,
    onEvent(event) {
      const text = noteworthy(event);
      if (text !== undefined) io.stderr.write(`${oneLine(text)}\n`);
    },
  });
  try {
    return await use(client);
  } finally {
    await client.close();
    await tracing?.close();
  }
}

/** Whether the command calls formulas. Other commands have nothing to trace. */
function calls(command: Command): boolean {
  return command.options.some(({ long }) => long === '--otel');
}

/** Reports only problems: servers come and go in normal operation. */
function noteworthy(event: BusEvent): string | undefined {
  if (event.event === 'misconfigured') return `misconfigured: ${event.message}`;
  if (event.event === 'keys-differ') return `${event.broker}: ${event.cause}`;
  if (event.event !== 'message-dropped') return undefined;
  const { count, topic, cause } = event;
  return `dropped ${count} ${count === 1 ? 'message' : 'messages'}${topic === '' ? '' : ` of ${topic}`}: ${cause}`;
}
