import type { Failure, Formula } from '@cateto/contracts';
import { failure, fromJson, jsonSchemaOf, takeOperands } from '@cateto/contracts';
import { quoted } from '../quoted.ts';
import type { Reading } from './numbers.ts';
import { readNumber } from './numbers.ts';

/** Reads a formula's operands from a user's texts, and checks them against its contract. */
export type OperandsReader = (texts: readonly string[]) => readonly unknown[] | Failure;

export function operandsReader(formula: Formula): OperandsReader {
  const readers = formula.operands.map(([name, schema]) => {
    return { name, schema, read: readerOf(jsonSchemaOf(schema).type) };
  });
  return (texts) => {
    const operands: unknown[] = [];
    for (const [index, { name, schema, read }] of readers.entries()) {
      const reading = read(texts[index] ?? '');
      if ('fault' in reading) return unread(formula, name, reading.fault);
      const taken = fromJson(schema, reading.value);
      if (!taken.fits) return unread(formula, name, taken.problem);
      operands.push(taken.value);
    }
    return takeOperands(formula, operands);
  };
}

function unread(formula: Formula, operand: string, fault: string): Failure {
  return failure('invalid-request', `${formula.name}: operand ${operand}: ${fault}`);
}

/** A text operand is the text itself. Bytes are written in base64, and operands that are neither text nor number as JSON. */
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
