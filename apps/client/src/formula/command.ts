import { addSettings } from '@cateto/app-kit';
import type { Formula } from '@cateto/contracts';
import { isFailure, jsonText, visibleText } from '@cateto/contracts';
import type { Answer } from '@cateto/sdk';
import { Command, InvalidArgumentError } from 'commander';
import { schemaText } from '../catalogue/schema-text.ts';
import { CommandFault } from '../command-fault.ts';
import type { Context } from '../context.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { withClient } from '../with-client.ts';
import { exampleLine } from './example.ts';
import { unmarked } from './negative-arguments.ts';
import { operandsReader } from './operand-text.ts';
import { valueText } from './value-text.ts';

interface FormulaOptions {
  readonly digits?: number;
  readonly json?: true;
}

/** A formula of the catalogue as a command. Its operands are the arguments. */
export function formulaCommand(context: Context, formula: Formula): Command {
  const command = new Command(formula.name)
    .description(formula.description)
    .option('--digits <n>', 'decimal places to show, 0 to 17; --json always has all', readDigits)
    .option('--json', 'one line of JSON: id, formula, operands, value, elapsedMs, fallbacks; or error')
    .addHelpText('after', ({ command: { parent } }) => `\nExample:\n  ${parent?.name()} ${exampleLine(formula)}`);
  addSettings(command, ['timeoutMs', 'brokers', 'key', 'brokerKeys', 'catalogue', 'otel']);
  for (const [name, schema] of formula.operands) command.argument(`<${name}>`, schemaText(schema));
  return command.action(async () => ask(context, formula, command));
}

async function ask(context: Context, formula: Formula, command: Command): Promise<void> {
  const { io } = context;
  const options = command.opts<FormulaOptions>();
  const operands = operandsReader(formula)(command.args.map(unmarked));
  // Check the operands first: no broker is needed to refuse them.
  if (isFailure(operands)) throw new CommandFault(exitCodeOf(operands.code), operands.message, { code: operands.code });
  const answer = await withClient(context, command, (client) =>
    client.call(formula.name, operands, { signal: io.signal, trace: true }),
  );
  if (options.json === true) return void io.stdout.write(`${answerJson(formula, operands, answer)}\n`);
  const text = valueText(answer.value, options.digits);
  io.stdout.write(`${io.stdout.isTTY === true ? onTerminal(text) : text}\n`);
  if (answer.fallbacks.length > 0) io.stderr.write(`${formula.name}: ${fallbackText(answer)}\n`);
}

function fallbackText({ fallbacks, fallbackCount }: Answer<unknown>): string {
  // Calls that had no lane yet are listed under 0.
  const lanes = fallbacks.filter((lane) => lane > 0);
  const where = lanes.length === 0 ? '' : ` on ${lanes.length === 1 ? 'lane' : 'lanes'} ${lanes.join(', ')}`;
  const what = fallbackCount === undefined ? 'it' : `${fallbackCount} calls`;
  return `no op-server answered${where}; the calc-server computed ${what}`;
}

function answerJson(formula: Formula, operands: readonly unknown[], answer: Answer<unknown>): string {
  const { id, value, elapsedMs, fallbacks } = answer;
  const fields = { id, formula: formula.name, operands, value, elapsedMs: toMicroseconds(elapsedMs), fallbacks };
  return visibleText(jsonText(fields));
}

/** A text of a server must not steer the terminal. A program that reads it gets it as it is. */
function onTerminal(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

/** Rounds off digits beyond the precision of the clock. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function readDigits(text: string): number {
  const digits = Number(text);
  if (!/^[0-9]{1,2}$/.test(text) || digits > 17) throw new InvalidArgumentError('It is a whole number from 0 to 17.');
  return digits;
}
