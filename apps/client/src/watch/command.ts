import { parseRequestId } from '@cateto/contracts';
import { addSettings, paintFor } from '@cateto/app-kit';
import { Command, InvalidArgumentError } from 'commander';
import { CommandFault } from '../command-fault.ts';
import type { Context } from '../context.ts';
import { outputClosed } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { aborted } from '../interruptible.ts';
import { withClient } from '../with-client.ts';
import { follower } from './follow.ts';
import { watchJson, watchLine } from './line.ts';
import { lineWriter } from './lines.ts';

interface WatchOptions {
  readonly id?: string;
  readonly json?: true;
}

export function watchCommand(context: Context): Command {
  const command = new Command('watch')
    .description('prints messages as they pass, one a line, until Ctrl-C')
    .option('--id <request id>', 'only the messages of one request and of the requests that it caused', readId)
    .option('--json', 'a line of JSON for each message: at, topic, to, sender, id, trace, traceId, message')
    .action(async () => watch(context, command));
  addSettings(command, ['brokers', 'key', 'brokerKeys', 'catalogue']);
  return command;
}

async function watch(context: Context, command: Command): Promise<void> {
  const { io } = context;
  const options = command.opts<WatchOptions>();
  const paint = paintFor(io.stdout);
  const write = lineWriter(io);
  const follows = options.id === undefined ? () => true : follower(options.id);
  await withClient(context, command, async (client) => {
    const watching = client.watch((message) => {
      if (follows(message)) write(options.json === true ? watchJson(message) : watchLine(message, paint));
    });
    await aborted(io.signal);
    await watching.close();
  });
  // Ctrl-C is the normal end of this command, so it needs no explanation.
  if (io.signal.reason !== outputClosed) throw new CommandFault(exitCodes.interrupted, '');
}

function readId(text: string): string {
  if (parseRequestId(text) === undefined) throw new InvalidArgumentError('A request id looks like k3f0q9x2m1zd-7f.');
  return text;
}
