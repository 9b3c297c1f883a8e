import { addSettings, paintFor } from '@cateto/app-kit';
import { Command } from 'commander';
import { CommandFault } from '../command-fault.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruptible } from '../interruptible.ts';
import { withClient } from '../with-client.ts';
import { statusJson, statusText } from './views.ts';

interface StatusOptions {
  readonly json?: true;
}

export function statusCommand(context: Context): Command {
  const command = new Command('status')
    .description('shows the state of brokers and servers; exit code 1 when something is missing')
    .option('--json', 'one line of JSON: degraded, missing, brokers, servers; or error')
    .action(async () => show(context, command));
  addSettings(command, ['brokers', 'key', 'brokerKeys', 'catalogue']);
  return command;
}

async function show(context: Context, command: Command): Promise<void> {
  const { io } = context;
  const options = command.opts<StatusOptions>();
  const status = await withClient(context, command, (client) => interruptible(client.status(), io.signal));
  io.stdout.write(options.json === true ? `${statusJson(status)}\n` : statusText(status, paintFor(io.stdout)));
  if (status.degraded) {
    throw new CommandFault(exitCodes.failed, `degraded: missing ${status.missing.join(', ')}`, { printed: true });
  }
}
