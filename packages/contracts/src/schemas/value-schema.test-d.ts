import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { z as zod43 } from 'zod-4.3';
import { z as zod40 } from 'zod-4.0';
import * as mini from 'zod/mini';
import { Finite } from '../catalogue/finite.ts';
import type { InputOf, OutputOf } from '../catalogue/operation.ts';
import { operation } from '../catalogue/operation.ts';

interface Order {
  id: string;
  amounts: number[];
}

const input = { id: 'a', amounts: [1] };
const declared = { name: 'total', description: '', output: Finite, example: { input, output: 1 } } as const;

test('each validator gives an operation its types', () => {
  const zod = operation({ ...declared, input: z.object({ id: z.string(), amounts: z.array(z.number()) }) });
  const small = operation({
    ...declared,
    input: mini.object({ id: mini.string(), amounts: mini.array(mini.number()) }),
  });
  const ark = operation({ ...declared, input: type({ id: 'string', amounts: 'number[]' }) });
  const Valibot = v.object({ id: v.string(), amounts: v.array(v.number()) });
  const valibot = operation({ ...declared, input: toStandardJsonSchema(Valibot) });
  expectTypeOf<InputOf<typeof zod>>().toEqualTypeOf<Order>();
  expectTypeOf<InputOf<typeof small>>().toEqualTypeOf<Order>();
  expectTypeOf<InputOf<typeof ark>>().toEqualTypeOf<Order>();
  expectTypeOf<InputOf<typeof valibot>>().toEqualTypeOf<Order>();
  expectTypeOf<OutputOf<typeof ark>>().toEqualTypeOf<number>();
});

test('older copies of Zod give an operation its types too', () => {
  const zod3 = operation({
    ...declared,
    input: zod43.object({ id: zod43.string(), amounts: zod43.array(zod43.number()) }),
  });
  const zod0 = operation({
    ...declared,
    input: zod40.object({ id: zod40.string(), amounts: zod40.array(zod40.number()) }),
  });
  expectTypeOf<InputOf<typeof zod3>>().toEqualTypeOf<Order>();
  expectTypeOf<InputOf<typeof zod0>>().toEqualTypeOf<Order>();
});

test('an example that does not fit, and a schema without JSON Schema, do not compile', () => {
  const Order = type({ id: 'string', amounts: 'number[]' });
  const wrong = { input: { id: 'a', amounts: ['1'] }, output: 1 };
  // @ts-expect-error -- the amounts are numbers
  operation({ ...declared, input: Order, example: wrong });
  // @ts-expect-error -- it has no JSON Schema
  operation({ ...declared, example: { input: 1, output: 1 }, input: v.number() });
});
