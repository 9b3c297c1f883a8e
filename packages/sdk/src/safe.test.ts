import { failure } from '@cateto/contracts';
import { expect, expectTypeOf, test } from 'vitest';
import { RequestError } from './request-error.ts';
import { safe } from './safe.ts';

test('a value comes without an error, also when it is undefined', async () => {
  expect(await safe(Promise.resolve(5))).toEqual({ value: 5, error: undefined });
  expect(await safe(Promise.resolve(undefined))).toEqual({ value: undefined, error: undefined });
});

test('a failed request comes as an error with its code', async () => {
  const failed = new RequestError(failure('out-of-domain', 'too short'), 'k3f0q9x2m1zd-7f');
  const { value, error } = await safe(Promise.reject(failed));
  expect([value, error]).toEqual([undefined, failed]);
  expect(error?.code).toBe('out-of-domain');
});

test('a fault of the program still rejects', async () => {
  await expect(safe(Promise.reject(new TypeError('a mistake')))).rejects.toThrow(TypeError);
});

test('the value has its type as soon as the error is excluded', async () => {
  const outcome = await safe(Promise.resolve(5));
  if (outcome.error === undefined) expectTypeOf(outcome.value).toEqualTypeOf<number>();
  else expectTypeOf(outcome.value).toEqualTypeOf<undefined>();
});
