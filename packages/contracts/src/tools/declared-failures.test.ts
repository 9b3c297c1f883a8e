import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCatalogue } from '../catalogue/catalogue.ts';
import type { FailureSchemas } from '../catalogue/declared-failures.ts';
import { Finite } from '../catalogue/finite.ts';
import { formula } from '../catalogue/formula.ts';
import { operation } from '../catalogue/operation.ts';
import { violations, violationText } from './evolution/breaking-changes.ts';
import { asyncApiOf } from './export/asyncapi.ts';
import { contractSetOf } from './export/contract-set.ts';
import { jsonSchemasOf } from './export/json-schemas.ts';
import { referenceOf } from './export/reference-page.ts';

/* Declared failures in exported documents, and in the comparison of releases. */

function catalogueWith(failures?: FailureSchemas) {
  const common = { description: 'A price.', output: Finite };
  const input = z.string();
  const price = operation({
    ...common,
    name: 'price',
    input,
    example: { input: 'a', output: 1 },
    failures: failures as never,
  });
  const quote = formula({
    ...common,
    name: 'quote',
    operands: [['article', input]],
    example: { operands: ['a'], output: 1 },
    failures: failures as never,
  });
  return defineCatalogue({ operations: { price }, formulas: { quote } });
}

const closed = { 'market-closed': z.object({ until: z.string() }) };

describe('documents', () => {
  const catalogue = catalogueWith({ ...closed, 'sold-out': z.null() });

  test('the AsyncAPI document has a message for each declared failure, with its code and data', () => {
    const document = asyncApiOf(catalogue, { title: 'Prices', version: '1.0.0' }) as Record<string, never>;
    const { channels, components, operations } = document as unknown as {
      channels: Record<
        string,
        { messages: Record<string, { payload: { items: { title: string; allOf?: unknown }[] } }> }
      >;
      components: { schemas: Record<string, unknown> };
      operations: Record<string, { reply: { messages: { $ref: string }[] } }>;
    };
    for (const [channel, name] of [
      ['price.result', 'price'],
      ['quote.result', 'quote'],
    ] as const) {
      const { messages } = channels[channel] ?? { messages: {} };
      expect(Object.keys(messages)).toEqual(['success', 'failure', 'failure.market-closed', 'failure.sold-out']);
      const [, code, , data] = messages['failure.market-closed']?.payload.items ?? [];
      expect(code?.allOf).toEqual([{ const: 'market-closed' }]);
      expect(data?.allOf).toEqual([{ $ref: `#/components/schemas/${name}.failure.market-closed` }]);
      expect(components.schemas[`${name}.failure.market-closed`]).toMatchObject({ required: ['until'] });
    }
    expect(operations['quote.ask']?.reply.messages).toContainEqual({
      $ref: '#/channels/quote.result/messages/failure.market-closed',
    });
  });

  test('JSON Schemas and the reference page have the data of each declared failure', () => {
    expect(jsonSchemasOf(catalogue)['price']).toMatchObject({
      $defs: { 'failure.market-closed': { type: 'object' }, 'failure.sold-out': { type: 'null' } },
    });
    expect(referenceOf(catalogue, '# Prices')).toContain('| `sold-out` | `{"type":"null"}` |');
  });

  test('documents of contracts without failures do not mention any', () => {
    const plain = catalogueWith();
    expect(contractSetOf(plain).operations['price']).not.toHaveProperty('failures');
    expect(referenceOf(plain, '# Prices')).not.toContain('| failure | data |');
    expect(contractSetOf(plain)).toEqual(contractSetOf(catalogueWith({})));
  });
});

describe('the comparison of releases', () => {
  function broken(was: FailureSchemas | undefined, is: FailureSchemas | undefined): string[] {
    return violations(contractSetOf(catalogueWith(was)), contractSetOf(catalogueWith(is))).map(violationText);
  }

  test('a new failure breaks programs of the last release, which take it for internal', () => {
    expect(broken(undefined, closed)).toEqual([
      'operation price, failure market-closed: is new: programs of the last release do not know it. Compatible: add a contract with a new name that may fail with it.',
      'formula quote, failure market-closed: is new: programs of the last release do not know it. Compatible: add a contract with a new name that may fail with it.',
    ]);
  });

  test('a failure that is gone, and data that became narrower, are compatible', () => {
    expect(broken(closed, undefined)).toEqual([]);
    expect(broken(closed, { 'market-closed': z.object({ until: z.string().min(5), zone: z.string() }) })).toEqual([]);
  });

  test('data that became wider is named with the failure', () => {
    const wider = { 'market-closed': z.object({ until: z.union([z.string(), z.number()]) }) };
    expect(broken(closed, wider)[0]).toMatch(/^operation price, failure market-closed\.until: may be number/);
  });
});
