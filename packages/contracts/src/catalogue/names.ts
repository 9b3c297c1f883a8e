import { nameMax } from '../messages/limits.ts';

const firstTopicWords = ['request', 'result', 'hello', 'broker', 'status'] as const;

/** Parts of topics (docs/wire.md, "Topics"). */
export const reservedTopicWords = [...firstTopicWords, 'events'] as const;

/**
 * Operations and formulas share one namespace, because both stand in the same place of a topic (`calc.<name>.result`),
 * and both become properties of an SDK client and commands of the CLI. An exposed operation has one name for both. Words
 * that topics, client and CLI use themselves are reserved.
 */
const reservedNames = [
  ...firstTopicWords,
  // properties of an SDK client, and those that make an object a promise
  'then',
  'catch',
  'finally',
  'close',
  'call',
  'address',
  'catalogue',
  // properties that an SDK client will have
  'map',
  'safe',
  'metrics',
  // Also a word of topics. It stays here, because a new order would change the pattern in the exported contracts.
  'events',
  // words of topics that stand where a name does
  'beat',
  'cancel',
  'event',
  // what every object has
  'constructor',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toJSON',
  'toLocaleString',
  'toString',
  'valueOf',
  // commands of the CLI
  'batch',
  'formulas',
  'operations',
  'watch',
  'help',
  'version',
  // a setting's word for every operation
  'all',
] as const;

export type ReservedName = (typeof reservedNames)[number];

/** The type of a name in a declaration. A reserved name does not compile, and the error says why. */
export type CheckedName<N extends string> = N extends ReservedName ? `"${N}" is a reserved word` : N;

/** The form of a name, reserved or not, as part of a regular expression. */
export const namePattern = '[a-z][a-zA-Z0-9]{0,31}';

const nameShape = new RegExp(`^${namePattern}$`);
const reserved: ReadonlySet<string> = new Set(reservedNames);

/** A regular expression for the names that an operation or a formula may have. */
export const nameExpression = new RegExp(`^(?!(?:${reservedNames.join('|')})$)${namePattern}$`);

/** Whether an operation or a formula may have this name. */
export function isName(text: string): boolean {
  return nameExpression.test(text);
}

/** @throws TypeError that says what is wrong with the name */
export function assertName(kind: 'operation' | 'formula', name: string): void {
  if (!nameShape.test(name)) {
    throw new TypeError(
      `${kind} "${name}": a name is a lower-case letter followed by at most 31 letters or digits (${nameShape.source})`,
    );
  }
  if (reserved.has(name)) throw new TypeError(`${kind} "${name}": the name is a reserved word`);
}

const operandShape = /^[a-zA-Z][a-zA-Z0-9_-]*$/;

/**
 * Operands are keys of JSON Schemas and AsyncAPI documents, where they stand beside `output`, and columns of CSV files.
 *
 * @throws TypeError that says what is wrong with the name of an operand
 */
export function assertOperandName(formula: string, name: unknown): void {
  if (typeof name !== 'string' || name.length > nameMax || !operandShape.test(name)) {
    throw new TypeError(
      `formula "${formula}": ${JSON.stringify(name)} is no name of an operand, which is a letter followed by at most ${nameMax - 1} letters, digits, _ or -`,
    );
  }
  if (name === 'output') {
    throw new TypeError(`formula "${formula}": an operand cannot be called output, which documents call the result`);
  }
}
