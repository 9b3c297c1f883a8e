import { addSettings } from '@cateto/app-kit';
import type { Formula } from '@cateto/contracts';
import { hashOf, jsonSchemaOf, jsonText } from '@cateto/contracts';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { exampleLine } from '../formula/example.ts';
import { failuresInJson } from './failures-in-json.ts';
import { schemaText } from './schema-text.ts';

/** Lists the formulas from the contracts, without a broker. */
export function formulasCommand({ io, catalogue }: Context): Command {
  const command = new Command('formulas')
    .description('lists the formulas: operands, output and an example')
    .option('--json', 'one line of JSON, with JSON Schemas')
    .action(({ json }: { json?: true }) => {
      const formulas = Object.values(catalogue.formulas);
      const text =
        json === true
          ? `${jsonText(formulas.map((formula) => inJson(formula, hashOf(catalogue, formula.name))))}\n`
          : formulas.map(inWords).join('\n');
      io.stdout.write(text);
    });
  addSettings(command, ['catalogue']);
  return command;
}

function inWords(formula: Formula): string {
  const operands = formula.operands.map(([name, schema]) => `${name}: ${schemaText(schema)}`);
  return [
    `${formula.name}(${operands.join(', ')}) → ${schemaText(formula.output)}`,
    `  ${formula.description}`,
    `  ${exampleLine(formula)}`,
    '',
  ].join('\n');
}

/** `contract`: the hash that requests carry for this version of the contract. */
function inJson(formula: Formula, contract: number): object {
  const { name, description, version, operands, output, example } = formula;
  return {
    name,
    description,
    version,
    contract,
    operands: operands.map(([operand, schema]) => ({ name: operand, schema: jsonSchemaOf(schema) })),
    output: jsonSchemaOf(output),
    example,
    ...failuresInJson(formula),
  };
}
