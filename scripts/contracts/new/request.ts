import { limits } from '@cateto/contracts';

/** The operation or formula to write. */
export interface NewContract {
  readonly kind: 'operation' | 'formula';
  readonly name: string;
  /** One line for people, in the contract and in the changeset. */
  readonly description: string;
  /** The names of the operands in order; none for an operation. */
  readonly operands: readonly string[];
  /** The code of a formula is a generator, and not a plan with `combine`. */
  readonly steps: boolean;
}

/** Values from a command line or from answers; missing values were not given. */
export interface Given {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Separated by commas: `a,b`. */
  readonly operands?: string | undefined;
  readonly steps?: boolean | undefined;
}

/** A request that cannot be carried out. The message is one line for the user. */
export class RequestFault extends Error {}

/** The default description. It is true of the template's code until the author edits that. */
export function defaultDescription(kind: NewContract['kind']): string {
  return kind === 'operation' ? 'A number as it came; still to be written.' : 'A sum of squares; still to be written.';
}

export const defaultOperands = 'a,b';

/** @returns what is wrong, undefined when nothing is */
export function operandsFault(text: string): string | undefined {
  const names = operandNames(text);
  const odd = names.find((name) => !/^[a-z][a-zA-Z0-9]*$/.test(name));
  if (odd !== undefined) return `operand "${odd}": a name is a lower-case letter followed by letters or digits`;
  if (names.length > limits.lanesMax) return `${names.length} operands; 1 to ${limits.lanesMax} are possible`;
  return new Set(names).size < names.length ? `two operands of one name (${names.join(', ')})` : undefined;
}

export function operandNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** @returns what is wrong, undefined when nothing is */
export function descriptionFault(text: string): string | undefined {
  return /^\S[^\p{Cc}]*$/u.test(text) ? undefined : 'a description is one line that says what comes out';
}

/** @throws RequestFault */
export function requestOf(kind: NewContract['kind'], given: Given & { readonly name: string }): NewContract {
  const { name, description = defaultDescription(kind), operands = defaultOperands, steps = false } = given;
  const fault = descriptionFault(description) ?? (kind === 'formula' ? operandsFault(operands) : undefined);
  if (fault !== undefined) throw new RequestFault(`${kind} "${name}": ${fault}`);
  return { kind, name, description, operands: kind === 'formula' ? operandNames(operands) : [], steps };
}
