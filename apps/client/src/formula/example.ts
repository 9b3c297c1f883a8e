import type { Formula } from '@cateto/contracts';
import { valueText } from './value-text.ts';

/** The example of a contract as a command line, with its output. */
export function exampleLine({ name, example }: Formula): string {
  const texts = example.operands.map((operand) => shellWord(valueText(operand)));
  return `${name} ${texts.join(' ')} → ${valueText(example.output)}`;
}

function shellWord(text: string): string {
  return /^[\w.+,:/@%-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
