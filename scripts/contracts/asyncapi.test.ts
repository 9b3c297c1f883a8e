import { Parser } from '@asyncapi/parser';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Bytes, calculator, defineCatalogue, Doubles, exposed, Finite, operation } from '@cateto/contracts';
import type { Catalogue } from '@cateto/contracts';
import { asyncApiOf } from '@cateto/contracts/tools';

const parser = new Parser();
const title = { title: 'Test', version: '1.2.3' };

/** The errors and warnings of the official parser, and the document that it read. */
async function parsed(document: unknown) {
  const { document: read, diagnostics } = await parser.parse(JSON.stringify(document));
  const faults = diagnostics
    .filter(({ severity }) => [0, 1].includes(severity))
    .map(({ message, path }) => ({ message, path }));
  return { read, faults };
}

const Tree = z.object({
  value: Finite,
  get children() {
    return z.array(Tree);
  },
});
const forest = defineCatalogue({
  operations: {
    sum: operation({
      name: 'sum',
      description: 'The sum of a tree.',
      input: Tree,
      output: z.object({ total: Finite, deepest: Tree.optional() }),
      example: { input: { value: 1, children: [] }, output: { total: 1 } },
    }),
  },
  formulas: {},
});

const failing = defineCatalogue({
  operations: {
    price: operation({
      name: 'price',
      description: 'The price of an article.',
      input: z.string(),
      output: Finite,
      example: { input: 'a', output: 1 },
      failures: { 'market-closed': z.object({ until: z.string() }), 'sold-out': z.null() },
    }),
  },
  formulas: {},
});

const vectors = defineCatalogue({
  operations: {
    image: operation({
      name: 'image',
      description: 'A picture of a vector.',
      input: z.object({ vector: Doubles({ max: 9 }), name: z.string() }),
      output: Bytes({ max: 9 }),
      example: { input: { vector: Float64Array.of(1), name: 'a' }, output: Uint8Array.of(1) },
    }),
  },
  formulas: {},
});

describe('the official parser', () => {
  test.each<[string, Catalogue]>([
    ['the calculator', calculator],
    ['a catalogue with recursive values and without formulas', forest],
    ['a catalogue whose contracts declare failures', failing],
    ['a catalogue of bytes and vectors', vectors],
    [
      'a catalogue with an exposed operation, which is two conversations',
      defineCatalogue({ operations: forest.operations, formulas: { sum: exposed(forest.operations.sum) } }),
    ],
    ['an empty catalogue', defineCatalogue({ operations: {}, formulas: {} })],
  ])('the official parser of AsyncAPI finds no fault in %s', async (_what, catalogue) => {
    const { read, faults } = await parsed(asyncApiOf(catalogue, title));
    expect(faults).toEqual([]);
    expect(read?.version()).toBe('3.0.0');
  });

  test('the official parser of AsyncAPI finds a reference that points nowhere', async () => {
    const document = JSON.parse(JSON.stringify(asyncApiOf(calculator, title))) as { channels: Record<string, unknown> };
    delete document.channels['square.result'];
    expect((await parsed(document)).faults).not.toEqual([]);
  });

  test('the AsyncAPI document has topics as channels, addresses as parameters, and requests with replies', async () => {
    const { read } = await parsed(asyncApiOf(calculator, title));
    const addresses = read
      ?.channels()
      .all()
      .map((channel) => channel.address());
    expect(addresses).toEqual(
      expect.arrayContaining(['calc.request.{n}.{address}', 'calc.square.request.{lane}.{address}']),
    );
    for (const channel of read?.channels().all() ?? []) expect(channel.parameters().get('address')).toBeDefined();
    const ask = read?.operations().get('hypotenuse.ask');
    expect(ask?.action()).toBe('send');
    expect(
      ask
        ?.messages()
        .all()
        .map((message) => message.id()),
    ).toEqual(['hypotenuse.operand.1', 'hypotenuse.operand.2']);
    expect(ask?.reply()?.channel()?.address()).toBe('calc.hypotenuse.result.{address}');
    const [operand] = ask?.messages().all() ?? [];
    expect(operand?.correlationId()?.location()).toBe('$message.payload#/0');
    expect(operand?.bindings().get('x-zeromq')).toBeDefined();
  });
});
