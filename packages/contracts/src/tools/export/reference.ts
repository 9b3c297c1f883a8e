import type { Catalogue } from '../../catalogue/catalogue.ts';
import { hashOf } from '../../catalogue/catalogue.ts';
import { failureTable } from '../../messages/failures.ts';
import type { Work } from '../../catalogue/work.ts';
import { channelsOf } from './channels.ts';
import { fieldsOfMessage, layouts } from './message-schemas.ts';
import type { MessageName } from './message-schemas.ts';
import { openSchema, valuesOf } from './value-schemas.ts';

/**
 * Every formula, operation, topic, message and failure code of a catalogue, as Markdown that follows the given heading.
 */
export function referenceOf(catalogue: Catalogue, heading: string): string {
  return [
    heading,
    '## Formulas',
    'Clients request formulas; calc-servers compute them.',
    ...Object.values(catalogue.formulas).map(({ name, description, example }) => {
      const asked = example.operands.map((operand) => JSON.stringify(operand)).join(', ');
      return contractSection(catalogue, name, description, `${name}(${asked}) = ${JSON.stringify(example.output)}`);
    }),
    '## Operations',
    'Calc-servers request operations; op-servers run them, on lanes 1 to 8.',
    ...Object.values(catalogue.operations).map(({ name, description, example: { input, output }, work }) =>
      [
        contractSection(catalogue, name, description, `${name}(${JSON.stringify(input)}) = ${JSON.stringify(output)}`),
        workLine(work),
      ].join('\n\n'),
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

function contractSection(catalogue: Catalogue, name: string, description: string, example: string): string {
  const contract = catalogue.operations[name] ?? catalogue.formulas[name];
  const hash = hashOf(catalogue, name).toString(16).padStart(8, '0');
  const values = valuesOf(catalogue, name).map(({ name: value, schema }) => [
    code(value),
    code(JSON.stringify(openSchema(schema))),
  ]);
  return [
    `### ${name}`,
    description,
    table(['value', 'schema'], values),
    `${code(example)} · version ${contract?.version} · hash ${code(hash)}`,
  ].join('\n\n');
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
