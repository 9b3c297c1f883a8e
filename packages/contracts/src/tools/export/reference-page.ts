import type { Catalogue } from '../../catalogue/catalogue.ts';
import { hashOf } from '../../catalogue/catalogue.ts';
import { failureTable } from '../../messages/failures.ts';
import type { Formula } from '../../catalogue/formula.ts';
import type { Operation } from '../../catalogue/operation.ts';
import type { Work } from '../../catalogue/work.ts';
import { jsonText } from '../../values/json-form.ts';
import { channelsOf } from './channels.ts';
import { fieldsOfMessage, layouts } from './message-schemas.ts';
import type { MessageName } from './message-schemas.ts';
import { failuresOf, openSchema, ownFormulas, valuesOf } from './value-schemas.ts';

/**
 * Every formula, operation, topic, message and failure code of a catalogue, as Markdown that follows the given heading.
 */
export function referenceOf(catalogue: Catalogue, heading: string): string {
  return [
    heading,
    '## Formulas',
    'Clients request formulas; calc-servers compute them.',
    ...ownFormulas(catalogue.formulas).map((formula) =>
      [contractSection(catalogue, formula), ...callsLine(formula)].join('\n\n'),
    ),
    ...exposedLine(catalogue),
    '## Operations',
    'Calc-servers request operations; op-servers run them, on lanes 1 to 8.',
    ...Object.values(catalogue.operations).map((operation) =>
      [contractSection(catalogue, operation), workLine(operation.work)].join('\n\n'),
    ),
    '## Topics',
    table(
      ['topic', 'from → to', 'for'],
      channelsOf(catalogue).map(({ topic, from, to, description }) => [code(topic), `${from} → ${to}`, description]),
    ),
    '## Messages',
    'Fields in their order on the wire; `?` marks a field that may be missing.',
    table(['message', 'fields'], Object.keys(layouts).map(messageRow)),
    '## Failures',
    table(
      ['code', 'means', 'retryable', 'may have run'],
      Object.entries(failureTable).map(([name, { meaning, retryable, mayHaveRun }]) => [
        code(name),
        meaning,
        yes(retryable),
        yes(mayHaveRun),
      ]),
    ),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function exposedLine(catalogue: Catalogue): readonly string[] {
  const calls = Object.values(catalogue.formulas).flatMap(({ name, exposes, operands }) =>
    exposes === undefined ? [] : [code(`${name}(${operands.map(([operand]) => operand).join(', ')})`)],
  );
  return calls.length === 0 ? [] : [`Clients also call these operations, by the same name: ${calls.join(', ')}.`];
}

function contractSection(catalogue: Catalogue, contract: Operation | Formula): string {
  const { name, description, version } = contract;
  const hash = hashOf(catalogue, name).toString(16).padStart(8, '0');
  const values = valuesOf(contract).map(({ name: value, schema }) => [
    code(value),
    code(JSON.stringify(openSchema(schema))),
  ]);
  return [
    `### ${name}`,
    description,
    table(['value', 'schema'], values),
    ...failureTableOf(contract),
    `${code(exampleOf(contract))} · version ${version} · hash ${code(hash)}`,
  ].join('\n\n');
}

function failureTableOf(contract: Operation | Formula): readonly string[] {
  const rows = failuresOf(contract).map((one) => [code(one.code), code(JSON.stringify(openSchema(one.schema)))]);
  return rows.length === 0 ? [] : [table(['failure', 'data'], rows)];
}

function exampleOf(contract: Operation | Formula): string {
  const given = contract.kind === 'operation' ? [contract.example.input] : contract.example.operands;
  const texts = given.map(jsonText).join(', ');
  return `${contract.name}(${texts}) = ${jsonText(contract.example.output)}`;
}

/** The operations that a formula may call, if its contract lists them. */
function callsLine({ calls }: Formula): readonly string[] {
  return calls === undefined ? [] : [`Calls: ${calls.map(({ name }) => code(name)).join(', ')}`];
}

/** The work policy of an operation, as its contract declares it. */
function workLine({ maxMs, fallback, lanes }: Work): string {
  const limit = maxMs === undefined ? 'no limit but the deadline' : `at most ${maxMs} ms`;
  return `Work: ${limit} · fallback ${code(fallback)} · lanes ${code(lanes)}`;
}

function messageRow(name: string): string[] {
  const fields = fieldsOfMessage(name as MessageName).map((field) => `${field.name}${field.optional ? '?' : ''}`);
  return [name, code(fields.join(', '))];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}
