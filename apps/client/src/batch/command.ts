import { addSettings } from '@cateto/app-kit';
import { Command, InvalidArgumentError } from 'commander';
import type { Context } from '../context.ts';
import { knownFormula } from '../known-formula.ts';
import { programName } from '../program-name.ts';
import type { BatchOptions } from './batch-job.ts';

/** A server admits 10,000 requests at once, and answers further ones with `overloaded`. */
const concurrencyMax = 10_000;

const notes = `
The first row contains the names of the columns. batch takes each operand from the column with its name, in upper or
lower case. If no column has the name of an operand, batch takes the operands from the first columns, in their order.

The output is UTF-8. It has the rows in the order of the input, with two more columns: value and error. If a row cannot
be computed, its error column contains "<code>: <reason>", and the batch goes on. Rows with too few columns are filled
up with empty cells, and rows with too many are cut. batch puts an apostrophe in front of a value that is a text and
that a spreadsheet would take for a formula.

The delimiter is recognised if it is a comma, a semicolon, a tab or |, or if the first line is sep=; as spreadsheets
write it. UTF-8 and UTF-16 are recognised. Any other encoding has to be given by --encoding.

The batch writes --out as <file>.partial and renames it when all rows are written. An interrupted run leaves the
.partial, and --resume continues from it: its complete rows are done, even rows with an error. Without a .partial,
--resume continues from --out itself. --retry-failed computes rows of --out again if their error may be gone, such as
no-listener and overloaded.

The exit code is 0 when all rows have a value, 1 when some have an error, and 4 when no server answered
within --timeout.
`;

export function batchCommand(context: Context): Command {
  const command = new Command('batch')
    .description('computes a formula for every row of a CSV file')
    .argument('<file>', 'a CSV file, or - for stdin')
    .requiredOption('--formula <name>', 'the formula to compute')
    .option('--out <file>', 'the file to write; default and -: stdout')
    .option('--concurrency <n>', `rows in flight at once, 1 to ${concurrencyMax}`, readConcurrency, 256)
    .option('--delimiter <character>', 'the character between columns, or tab; recognised by default', readDelimiter)
    .option('--encoding <name>', 'the encoding of the input: utf-8, utf-16, iso-8859-1, windows-1252, …')
    .option('--resume', 'continue a partly written --out')
    .option('--retry-failed', 'compute those failed rows of --out again that may succeed now')
    .option('--json', 'print the summary as one line of JSON on stdout; requires --out')
    .addHelpText('after', () => `${notes}${examples(context)}`)
    .action(async (file: string, options: BatchOptions) => {
      const formula = knownFormula(context.catalogue, options.formula);
      // Loaded on demand: no other command uses CSV or progress bars.
      const { runBatch } = await import('./run-batch.ts');
      await runBatch(context, { ...options, file, formula, command });
    });
  addSettings(command, ['timeoutMs', 'brokers', 'key', 'brokerKeys', 'catalogue', 'otel']);
  return command;
}

function examples({ catalogue }: Context): string {
  const name = programName();
  const [formula = 'hypotenuse'] = Object.keys(catalogue.formulas);
  return `
Examples:
  ${name} batch rows.csv --formula ${formula} --out results.csv
  ${name} batch - --formula ${formula} < rows.csv`;
}

function readConcurrency(text: string): number {
  const concurrency = Number(text);
  if (!/^[0-9]+$/.test(text) || concurrency < 1 || concurrency > concurrencyMax) {
    throw new InvalidArgumentError(`The concurrency is a whole number from 1 to ${concurrencyMax}.`);
  }
  return concurrency;
}

function readDelimiter(text: string): string {
  if (text === 'tab' || text === String.raw`\t`) return '\t';
  if (text.length !== 1 || /["\r\n\0]/.test(text)) {
    throw new InvalidArgumentError('A delimiter is one character other than a quote, or tab.');
  }
  return text;
}
