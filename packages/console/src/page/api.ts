import type { JsonSchemaView } from './schema-form.tsx';
import type { RequestDetail } from '../shared/request.ts';

/* The requests of the page to its server. */

export interface FormulaView {
  readonly name: string;
  readonly description: string;
  readonly version: number;
  readonly hash: number;
  readonly operands: readonly { readonly name: string; readonly schema: JsonSchemaView }[];
  readonly output: JsonSchemaView;
  readonly example: { readonly operands: readonly unknown[]; readonly output: unknown };
}

export interface OperationView {
  readonly name: string;
  readonly description: string;
  readonly version: number;
  readonly hash: number;
  readonly input: JsonSchemaView;
  readonly output: JsonSchemaView;
  readonly example: { readonly input: unknown; readonly output: unknown };
  readonly work: { readonly fallback: string; readonly lanes: string };
}

export interface CatalogueView {
  readonly formulas: readonly FormulaView[];
  readonly operations: readonly OperationView[];
}

export type CallAnswer =
  | { readonly id: string; readonly value: string; readonly elapsedMs: number; readonly fallbacks: readonly number[] }
  | { readonly id: string | undefined; readonly code: string; readonly message: string };

/** The server's refusal, in words for the page. */
export class Problem extends Error {}

export function requestDetail(id: string): Promise<RequestDetail> {
  return ask<RequestDetail>(`api/requests/${encodeURIComponent(id)}`);
}

export function catalogue(): Promise<CatalogueView> {
  return ask<CatalogueView>('api/catalogue');
}

export function callFormula(formula: string, operands: readonly unknown[]): Promise<CallAnswer> {
  return ask<CallAnswer>('api/call', { formula, operands });
}

export async function actOn(process: string, action: string): Promise<void> {
  await ask(`api/processes/${encodeURIComponent(process)}/${action}`, {});
}

async function ask<T>(path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    response = await fetch(path, body === undefined ? {} : sent);
  } catch {
    throw new Problem('The console does not answer.');
  }
  const type = response.headers.get('content-type') ?? '';
  const answer: unknown = type.startsWith('application/json') ? await response.json() : await response.text();
  if (response.ok) return answer as T;
  const problem = typeof answer === 'string' ? answer : (answer as { readonly problem?: string }).problem;
  throw new Problem(problem ?? `The console answers with status ${response.status}.`);
}
