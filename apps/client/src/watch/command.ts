import { parseRequestId } from '@cateto/contracts';
import { Command, InvalidArgumentError } from 'commander';
import { CommandFault } from '../command-fault.ts';
import type { Context } from '../context.ts';
import { outputClosed } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { aborted } from '../interruptible.ts';
import { paintFor } from '../paint.ts';
import type { GivenSettings } from '../setting-options.ts';
import { brokersOption } from '../setting-options.ts';
import { withClient } from '../with-client.ts';
import { follower } from './follow.ts';
import { watchJson, watchLine } from './line.ts';
import { lineWriter } from './lines.ts';

interface WatchOptions extends GivenSettings {
  readonly id?: string;
  readonly json?: true;
}

export function watchCommand(context: Context): Command {
  return new Command('watch')
    .description('messages as they pass, one a line, until Ctrl-C')
    .option('--id <request id>', 'only those of one request and of what it caused', readId)
    .option('--json', 'a line of JSON for each message: at, topic, to, sender, id, trace, message')
    .addOption(brokersOption())
    .action(async (options: WatchOptions) => watch(context, options));
}

async function watch(context: Context, options: WatchOptions): Promise<void> {
  const { io } = context;
  const paint = paintFor(io.stdout, io.env);
  const write = lineWriter(io);
  const follows = options.id === undefined ? () => true : follower(options.id);
  await withClient(context, options, async (client) => {
    const watching = client.watch((message) => {
      if (follows(message)) write(options.json === true ? watchJson(message) : watchLine(message, paint));
    });
    await aborted(io.signal);
    await watching.close();
  });
  // Ctrl-C is how one ends it: nothing to explain.
  if (io.signal.reason !== outputClosed) throw new CommandFault(exitCodes.interrupted, '');
}

function readId(text: string): string {
  if (parseRequestId(text) === undefined) throw new InvalidArgumentError('It is no request id like k3f0q9x2m1zd-7f.');
  return text;
}
