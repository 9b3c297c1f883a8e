import { addSettings } from '@cateto/app-kit';
import { Command, InvalidArgumentError } from 'commander';
import type { Context } from '../context.ts';
import { knownFormula } from '../known-formula.ts';
import { programName } from '../program-name.ts';

export interface BatchOptions {
  readonly formula: string;
  readonly out?: string;
  readonly concurrency: number;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly resume?: true;
  readonly retryFailed?: true;
}

/** A server admits 10,000 requests at once, and answers further ones with `overloaded`. */
const concurrencyMax = 10_000;

const notes = `
The first row names the columns. Operands are taken from the columns of their names, in capitals or not; when there is
none of them, from the first columns. Every row comes out in input order with two columns more, value and error, and
as UTF-8. A row that cannot be computed has its error, "<code>: <what>", and the rest go on. A row that is too short is
filled up, one that is too long is cut.

A comma, semicolon, tab or | between columns is recognised, and a first line sep=; as spreadsheets write it. UTF-8 and
UTF-16 are recognised; what is neither is refused until --encoding names it.

--out is written as <file>.partial and takes its name when all rows are there. An interrupted run leaves it, and
--resume goes on from it: its complete rows are done, those with an error as well. Without a .partial it goes on from
--out itself. --retry-failed does the rows of --out again whose error may be gone: no-listener, overloaded and the like.

Exit code 0 when all rows have a value, 1 when some have an error, 4 when nobody was there for --timeout.
`;

export function batchCommand(context: Context): Command {
  const command = new Command('batch')
    .description('computes a formula for every row of a CSV file')
    .argument('<file>', 'a CSV file, or - for stdin')
    .requiredOption('--formula <name>', 'what to compute')
    .option('--out <file>', 'where to write; stdout for -, and unless given')
    .option('--concurrency <n>', `rows asked at once, 1 to ${concurrencyMax}`, readConcurrency, 256)
    .option('--delimiter <character>', 'what separates columns, or tab; recognised unless given', readDelimiter)
    .option('--encoding <name>', 'how the input is written: utf-8, utf-16, iso-8859-1, windows-1252, …')
    .option('--resume', 'go on with a partly written --out')
    .option('--retry-failed', 'do the failed rows of --out again that may succeed now')
    .addHelpText('after', () => `${notes}${examples()}`)
    .action(async (file: string, options: BatchOptions) => {
      const formula = knownFormula(context.catalogue, options.formula);
      // Loaded on demand: no other command uses CSV or progress bars.
      const { runBatch } = await import('./run-batch.ts');
      await runBatch(context, { ...options, file, formula, command });
    });
  addSettings(command, ['timeoutMs', 'brokers']);
  return command;
}

function examples(): string {
  const name = programName();
  return `
Examples:
  ${name} batch legs.csv --formula hypotenuse --out hypotenuses.csv
  ${name} batch - --formula hypotenuse < legs.csv`;
}

function readConcurrency(text: string): number {
  const concurrency = Number(text);
  if (!/^[0-9]+$/.test(text) || concurrency < 1 || concurrency > concurrencyMax) {
    throw new InvalidArgumentError(`It is a whole number from 1 to ${concurrencyMax}.`);
  }
  return concurrency;
}

function readDelimiter(text: string): string {
  if (text === 'tab' || text === String.raw`\t`) return '\t';
  if (text.length !== 1 || /["\r\n\0]/.test(text)) {
    throw new InvalidArgumentError('It is one character and no quote, or tab.');
  }
  return text;
}
