import { addSettings } from '@cateto/app-kit';
import type { Operation } from '@cateto/contracts';
import { hashOf, jsonSchemaOf, jsonText } from '@cateto/contracts';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { valueText } from '../formula/value-text.ts';
import { failuresInJson } from './failures-in-json.ts';
import { schemaText } from './schema-text.ts';

/** Lists the operations from the contracts, without a broker. */
export function operationsCommand({ io, catalogue }: Context): Command {
  const command = new Command('operations')
    .description('lists the operations that formulas use: input, output and an example')
    .option('--json', 'one line of JSON, with JSON Schemas')
    .action(({ json }: { json?: true }) => {
      const operations = Object.values(catalogue.operations);
      const text =
        json === true
          ? `${jsonText(operations.map((operation) => inJson(operation, hashOf(catalogue, operation.name))))}\n`
          : operations.map(inWords).join('\n');
      io.stdout.write(text);
    });
  addSettings(command, ['catalogue']);
  return command;
}

function inWords({ name, description, input, output, example }: Operation): string {
  return [
    `${name}: ${schemaText(input)} → ${schemaText(output)}`,
    `  ${description}`,
    `  ${valueText(example.input)} → ${valueText(example.output)}`,
    '',
  ].join('\n');
}

/** `contract`: the hash that requests carry for this version of the contract. */
function inJson(operation: Operation, contract: number): object {
  const { name, description, version, input, output, example, work } = operation;
  const schemas = { input: jsonSchemaOf(input), output: jsonSchemaOf(output) };
  return { name, description, version, contract, ...schemas, example, work, ...failuresInJson(operation) };
}
