import { Command } from 'commander';
import { CommandFault } from '../command-fault.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruptible } from '../interruptible.ts';
import { paintFor } from '../paint.ts';
import type { GivenSettings } from '../setting-options.ts';
import { brokersOption } from '../setting-options.ts';
import { withClient } from '../with-client.ts';
import { statusJson, statusText } from './views.ts';

interface StatusOptions extends GivenSettings {
  readonly json?: true;
}

export function statusCommand(context: Context): Command {
  return new Command('status')
    .description('how brokers and servers are, asked over the bus; exit code 1 when something is missing')
    .option('--json', 'one line of JSON: degraded, missing, brokers, servers')
    .addOption(brokersOption())
    .action(async (options: StatusOptions) => show(context, options));
}

async function show(context: Context, options: StatusOptions): Promise<void> {
  const { io } = context;
  const status = await withClient(context, options, (client) => interruptible(client.status(), io.signal));
  io.stdout.write(options.json === true ? `${statusJson(status)}\n` : statusText(status, paintFor(io.stdout, io.env)));
  if (status.degraded) throw new CommandFault(exitCodes.failed, `degraded: missing ${status.missing.join(', ')}`);
}
