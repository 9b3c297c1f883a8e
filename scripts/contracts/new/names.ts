import reservedIdentifiers from 'reserved-identifiers';
import { assertName } from '@cateto/contracts/tools';
import { contractsOf, pathOf } from '../registries.ts';
import type { NewContract } from './request.ts';

/*
 * A contract's name becomes part of a topic, a property, a command, and an identifier in four files. It has to be valid
 * in all of them.
 */

const wordsOfTypeScript: ReadonlySet<string> = reservedIdentifiers({ includeGlobalProperties: true });

/** Names that the files around a new contract already use, besides the exports of the contracts package. */
const wordsOfFiles: ReadonlySet<string> = new Set([
  'answerOf',
  'contract',
  'expect',
  'finiteOr',
  'formulaCodes',
  'handlers',
  'input',
  'operands',
  'squares',
  'test',
  'z',
]);

/** `productOfTwo` is in `product-of-two.ts`. */
export function stemOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * @param exported the names that the contracts package exports
 * @returns what is wrong with a name for a new contract, undefined when it is available
 */
export function nameFault(
  root: string,
  kind: NewContract['kind'],
  name: string,
  exported: ReadonlySet<string>,
): string | undefined {
  try {
    assertName(kind, name);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  const holder = contractsOf(root).find((entry) => entry.name === name);
  if (holder !== undefined) return `${kind} "${name}": the name is taken by ${pathOf(holder)}`;
  if (wordsOfTypeScript.has(name)) return `${kind} "${name}": the name is a reserved word of TypeScript`;
  if (exported.has(name)) return `${kind} "${name}": the name is taken by an export of @cateto/contracts`;
  if (wordsOfFiles.has(name)) return `${kind} "${name}": the generated files use this name`;
  return undefined;
}
