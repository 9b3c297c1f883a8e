import { addSettings } from '@cateto/app-kit';
import { Command, InvalidArgumentError } from 'commander';
import type { Context } from '../context.ts';
import { knownFormula } from '../known-formula.ts';

export interface BatchOptions {
  readonly formula: string;
  readonly out?: string;
  readonly concurrency: number;
  readonly resume?: true;
}

/** A server takes 10,000 requests at once and then answers `overloaded`. */
const concurrencyMax = 10_000;

const notes = `
The first row names the columns. Operands are taken from the columns of their names, in capitals or not; when there is
none of them, from the first columns. Every row comes out in input order with two columns more, value and error. A row
that cannot be computed has its error, "<code>: <what>", and the rest go on. A row that is too short is filled up, one
that is too long is cut.

--resume goes on where the file --out stops: its complete rows are done, those with an error as well; a row that was
torn is computed again. It refuses a file whose header or rows are not the input's. Without it the file is written anew.

Exit code 0 when all rows have a value, 1 when some have an error.

Examples:
  calc batch legs.csv --formula hypotenuse --out hypotenuses.csv
  calc batch - --formula hypotenuse < legs.csv`;

export function batchCommand(context: Context): Command {
  const command = new Command('batch')
    .description('computes a formula for every row of a CSV file')
    .argument('<file>', 'a CSV file, or - for stdin')
    .requiredOption('--formula <name>', 'what to compute')
    .option('--out <file>', 'where to write; stdout unless given')
    .option('--concurrency <n>', `rows asked at once, 1 to ${concurrencyMax}`, readConcurrency, 256)
    .option('--resume', 'go on with a partly written --out')
    .addHelpText('after', notes)
    .action(async (file: string, options: BatchOptions) => {
      const formula = knownFormula(context.catalogue, options.formula);
      // CSV and progress bars are of no use to any other command.
      const { runBatch } = await import('./run-batch.ts');
      await runBatch(context, { ...options, file, formula, command });
    });
  addSettings(command, ['timeoutMs', 'brokers']);
  return command;
}

function readConcurrency(text: string): number {
  const concurrency = Number(text);
  if (!/^[0-9]+$/.test(text) || concurrency < 1 || concurrency > concurrencyMax) {
    throw new InvalidArgumentError(`It is a whole number from 1 to ${concurrencyMax}.`);
  }
  return concurrency;
}
