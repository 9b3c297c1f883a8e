import { readSettings } from '@cateto/app-kit';
import type { Formula } from '@cateto/contracts';
import { CommandFault } from '../command-fault.ts';
import type { Context, Io } from '../context.ts';
import { outputClosed } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { withClient } from '../with-client.ts';
import { columnsOf } from './rows/columns.ts';
import type { BatchJob, InputTable } from './batch-job.ts';
import { computeRows } from './compute-rows.ts';
import { decoded } from './csv/decode.ts';
import type { AskedEncoding } from './csv/encoding.ts';
import { encodingNamed } from './csv/encoding.ts';
import type { Input } from './files/open-input.ts';
import { openInput } from './files/open-input.ts';
import type { Cells } from './csv/cells.ts';
import { resumeCommand } from './resume-command.ts';
import { rowReader } from './csv/row-reader.ts';
import { openSink } from './files/open-sink.ts';
import { summaryJson, summaryText } from './progress/summary.ts';
import { Tally } from './progress/tally.ts';
import type { Target } from './files/target.ts';
import { refuseSameFile, targetOf } from './files/target.ts';
import { openTable } from './csv/table.ts';
import { TextFault } from './csv/text-fault.ts';

/**
 * Computes a formula for every row of a CSV file; the help text describes it. Checks the command line, the environment
 * and the start of the input before it opens anything for writing.
 *
 * @throws CommandFault when some rows failed, when it was interrupted, or when it could not go on
 */
export async function runBatch(context: Context, job: BatchJob): Promise<void> {
  const { io } = context;
  readSettings(job.command, ['brokers', 'timeoutMs'], io.env);
  const encoding = await encodingOf(job);
  const target = await targetFor(job);
  const input = await openInput(job.file, io);
  const tally = new Tally();
  let left: string | undefined;
  try {
    await refuseSameFile(input, target, io);
    const table = await readTable(job, input, encoding);
    if (table.columns.by === 'position') io.stderr.write(`batch: ${positionNote(job.formula, table.names)}\n`);
    await withClient(context, job.command, async (client) => {
      const sink = await openSink(context, job, target, table.delimiter);
      let isRefused = false;
      try {
        await computeRows(context, job, { client, input, table, sink, tally });
      } catch (error) {
        isRefused = error instanceof CommandFault && error.exitCode === exitCodes.usage;
        throw error;
      } finally {
        left = await sink.close({ hasRows: tally.rows > 0, isRefused });
      }
    });
    io.stderr.write(`batch: ${summaryText(tally)}\n`);
    if (job.json === true) io.stdout.write(`${summaryJson(job.formula, job.out ?? '-', tally)}\n`);
  } catch (error) {
    throw withWhatIsLeft(
      interruption(io, tally) ?? named(input.name, error),
      { ...job, catalogueGiven: context.catalogueGiven },
      tally,
      left,
    );
  } finally {
    input.close();
  }
  if (tally.failed > 0) throw new CommandFault(exitCodes.failed, '');
}

async function readTable(job: BatchJob, input: Input, encoding: AskedEncoding | undefined): Promise<InputTable> {
  const { delimiter, records } = await openTable({
    texts: decoded(input.pieces, encoding),
    delimiter: job.delimiter,
    names: job.formula.operands.map(([name]) => name),
  });
  const rows = rowReader(records);
  const names = await rows.next();
  if (names === undefined) throw usage(`${input.name}: it is empty; the first row must name the columns`);
  return { delimiter, names, columns: columnsOf(job.formula, names), rows };
}

async function encodingOf({ encoding }: BatchJob): Promise<AskedEncoding | undefined> {
  if (encoding === undefined) return undefined;
  const found = await encodingNamed(encoding);
  if (found !== undefined) return found;
  throw usage(
    `--encoding: ${JSON.stringify(encoding)} is unknown; there are utf-8, utf-16, iso-8859-1, windows-1252 and more`,
  );
}

async function targetFor({ out, resume, retryFailed, json }: BatchJob): Promise<Target> {
  if (resume === true && retryFailed === true) {
    throw usage('--resume also continues an interrupted --retry-failed; give one of the two');
  }
  const target = await targetOf(out);
  if (json === true && target.kind === 'stdout') {
    throw usage('--json prints the summary on stdout; name a file for the rows with --out');
  }
  if (target.kind !== 'file') {
    if (resume === true) throw usage('--resume continues a file; name the file with --out');
    if (retryFailed === true)
      throw usage('--retry-failed computes the failed rows of a file again; name the file with --out');
  }
  return target;
}

function named(file: string, error: unknown): unknown {
  return error instanceof TextFault ? new CommandFault(error.exitCode, `${file}: ${error.message}`) : error;
}

/** @param left the file with the rows that were done */
function withWhatIsLeft(
  error: unknown,
  { file, command, catalogueGiven }: Pick<BatchJob, 'file' | 'command'> & Pick<Context, 'catalogueGiven'>,
  { rows }: Tally,
  left: string | undefined,
): unknown {
  if (left === undefined || !(error instanceof CommandFault)) return error;
  // No row is counted if the run was stopped while it compared the rows of an earlier run.
  const which = rows === 0 ? 'the rows done before are' : rows === 1 ? 'the row done is' : `the ${rows} rows done are`;
  const message = `${error.message}; ${which} in ${left}; continue with: ${resumeCommand(file, command, catalogueGiven)}`;
  return new CommandFault(error.exitCode, message, { cause: error });
}

function positionNote({ operands }: Formula, header: Cells): string {
  return operands.map(([name], index) => `${name} from column ${JSON.stringify(header[index])}`).join(', ');
}

function interruption({ signal }: Io, { rows }: Tally): CommandFault | undefined {
  if (!signal.aborted) return undefined;
  if (signal.reason === outputClosed) return new CommandFault(exitCodes.failed, 'the reader of the output has gone');
  return new CommandFault(exitCodes.interrupted, `interrupted after ${rows} ${rows === 1 ? 'row' : 'rows'}`);
}

function usage(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, message);
}
