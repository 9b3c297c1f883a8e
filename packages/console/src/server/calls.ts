import type { Catalogue } from '@cateto/contracts';
import { fromJson, textOf } from '@cateto/contracts';
import type { ClientBase } from '@cateto/sdk';
import { RequestError } from '@cateto/sdk';
import { bounded, valueText } from './bounded.ts';

/** A call that a person makes on the page. */
export interface CallRequest {
  readonly formula: unknown;
  readonly operands: unknown;
  readonly timeoutMs?: unknown;
}

export type CallAnswer =
  | { readonly id: string; readonly value: string; readonly elapsedMs: number; readonly fallbacks: readonly number[] }
  | { readonly id: string | undefined; readonly code: string; readonly message: string };

/** Characters shown of a value. The messages of the request show more of it, as far as they were captured. */
const valueShownMax = 20_000;

/** Calls a formula with a trace, so that its whole conversation can be shown. */
export async function callFromPage(
  client: Pick<ClientBase<Catalogue>, 'call'>,
  catalogue: Catalogue,
  { formula, operands, timeoutMs }: CallRequest,
): Promise<CallAnswer> {
  try {
    const options = { trace: true as const, timeoutMs: timeoutMs as number | undefined };
    const { id, value, elapsedMs, fallbacks } = await client.call(
      formula as string,
      operandsOf(catalogue, formula, operands),
      options,
    );
    return { id, value: valueText(value, valueShownMax), elapsedMs, fallbacks };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { id: error.id, code: bounded(error.code, 64), message: bounded(textOf(error), 1_000) };
  }
}

/** Reads bytes and vectors from their JSON form. The call itself refuses an operand that cannot be read. */
function operandsOf(catalogue: Catalogue, formula: unknown, given: unknown): unknown[] {
  const name = String(formula);
  if (!Array.isArray(given) || !Object.hasOwn(catalogue.formulas, name)) return given as unknown[];
  const declared = catalogue.formulas[name]?.operands ?? [];
  return given.map((operand: unknown, index) => {
    const schema = declared[index]?.[1];
    const read = schema === undefined ? undefined : fromJson(schema, operand);
    return read?.fits === true ? read.value : operand;
  });
}
