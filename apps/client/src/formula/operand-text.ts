import type { Failure, Formula } from '@cateto/contracts';
import { failure, jsonSchemaOf, takeOperands } from '@cateto/contracts';
import { quoted } from '../quoted.ts';
import type { Reading } from './numbers.ts';
import { readNumber } from './numbers.ts';

/** Reads a formula's operands from a user's texts, and checks them against its contract. */
export type OperandsReader = (texts: readonly string[]) => readonly unknown[] | Failure;

export function operandsReader(formula: Formula): OperandsReader {
  const readers = formula.operands.map(([name, schema]) => [name, readerOf(jsonSchemaOf(schema).type)] as const);
  return (texts) => {
    const operands: unknown[] = [];
    for (const [index, [name, read]] of readers.entries()) {
      const reading = read(texts[index] ?? '');
      if ('fault' in reading) {
        return failure('invalid-request', `${formula.name}: operand ${name}: ${reading.fault}`);
      }
      operands.push(reading.value);
    }
    return takeOperands(formula, operands);
  };
}

/** A text operand is the text itself. Operands that are neither text nor number are written as JSON. */
function readerOf(type: unknown): (text: string) => Reading {
  if (type === 'number' || type === 'integer') return readNumber;
  return type === 'string' ? (text) => ({ value: text }) : readJson;
}

function readJson(text: string): Reading {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { fault: `${quoted(text)} is not JSON` };
  }
}
