import { addSettings, oneLine, paintFor } from '@cateto/app-kit';
import type { SystemEvents } from '@cateto/sdk';
import { Command } from 'commander';
import { once } from 'node:events';
import { CommandFault } from '../command-fault.ts';
import type { Context, Io } from '../context.ts';
import { outputClosed } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { withClient } from '../with-client.ts';
import { eventJson, eventLine } from './line.ts';
import { readSince } from './since.ts';

interface EventsOptions {
  readonly since?: number;
  readonly follow: boolean;
  readonly json?: true;
}

export function eventsCommand(context: Context): Command {
  const command = new Command('events')
    .description('prints past events of brokers and servers, then new ones, one event a line, until Ctrl-C')
    .option('--since <time>', 'only events of the last 90s, 5m, 2h or 1d, for example', readSince)
    .option('--no-follow', 'ends after the past events')
    .option('--json', 'a line of JSON for each event: id, at, clockOffsetMs, uncertaintyMs, process, event, fields')
    .action(async () => show(context, command));
  addSettings(command, ['brokers', 'key', 'brokerKeys', 'catalogue']);
  return command;
}

async function show(context: Context, command: Command): Promise<void> {
  const { io } = context;
  const { since, follow, json } = command.opts<EventsOptions>();
  const paint = paintFor(io.stdout);
  const missing = await withClient(context, command, async (client) => {
    // --since counts back from the start of the command. Loading the program and connecting have taken time since.
    const sinceMs = since === undefined ? undefined : since + msSince(context.startedMs);
    const events = client.events({ sinceMs, follow });
    const end = (): void => void events.return();
    io.signal.addEventListener('abort', end, { once: true });
    if (io.signal.aborted) end();
    if (follow) void events.caughtUp.then(() => tellMissing(io, events));
    for await (const event of events) {
      io.stdout.write(`${json === true ? eventJson(event) : eventLine(event, new Date(), paint)}\n`);
      // The processes keep the events that this command has not taken yet.
      if (io.stdout.writableNeedDrain && !io.signal.aborted) await drained(io);
    }
    return events.missing();
  });
  if (io.signal.reason === outputClosed) return;
  // Ctrl-C is the normal end of this command, so it needs no explanation.
  if (io.signal.aborted) throw new CommandFault(exitCodes.interrupted, '');
  if (missing.length > 0) throw new CommandFault(exitCodes.failed, missingText(missing), { printed: true });
}

/** How long ago something was, by `performance.now()`; 0 when it is not known. */
function msSince(startedMs: number | undefined): number {
  return startedMs === undefined ? 0 : performance.now() - startedMs;
}

function tellMissing(io: Io, events: SystemEvents): void {
  const missing = io.signal.aborted ? [] : events.missing();
  if (missing.length > 0) io.stderr.write(`${missingText(missing)}\n`);
}

function missingText(missing: readonly string[]): string {
  return oneLine(`events: incomplete without ${missing.join(', ')}`);
}

async function drained({ stdout, signal }: Io): Promise<void> {
  try {
    await once(stdout, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
