import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { catalogue, handlers } from './double.test-support.ts';
import { serve } from './serve.ts';

/* Handlers from a module. tests/src/e2e/workers.test.ts tests with processes how they run in threads. */

const here = (file: string): URL => new URL(file, import.meta.url);
const module = here('./double-handlers.test-support.ts');
const brokers = '127.0.0.1:1:2:3,127.0.0.1:4:5:6';

test.each([
  ['a URL', module],
  ['the text of a URL', module.href],
  ['a path', fileURLToPath(module)],
])('a module can be given as %s, and its handlers need no thread', async (_what, named) => {
  for (const workers of [0, 'auto', undefined] as const) {
    const service = await serve({ catalogue, brokers, module: named, workers });
    await service.close();
    expect(await service.ready).toBe(false);
  }
});

test('with a number of workers, a thread has loaded the module by the time serve() resolves', async () => {
  const service = await serve({ catalogue, brokers, module, workers: 1 });
  await service.drain();
});

test.each<[string, object, RegExp]>([
  [
    'a module by a relative path',
    { module: './handlers.js' },
    /^module: ".\/handlers.js" is not a file: URL; give new URL/,
  ],
  ['a module on the web', { module: 'https://example.com/handlers.js' }, /^module: .* is not a file: URL/],
  ['a module that is not a text', { module: 7 }, /^module: 7 is not a file: URL/],
  ['a module that does not exist', { module: here('./nowhere.js') }, /nowhere\.js/],
  ['a module without handlers', { module: here('./option-names.ts') }, /option-names\.ts exports no handlers/],
  ['a module for another catalogue', { module, catalogue: undefined }, /^no handler for operation/],
  [
    'a module that threads cannot load',
    { module: here('./main-thread-handlers.test-support.ts'), workers: 1 },
    /main thread/,
  ],
  ['65 workers', { module, workers: 65 }, /^workers: 65 is not a whole number from 0 to 64$/],
  ['half a worker', { module, workers: 0.5 }, /^workers: 0.5 is not/],
  ['workers without a module', { handlers, workers: 2 }, /^workers: threads load handlers from a module/],
  ['handlers and a module', { handlers, module }, /^handlers and module: give one of them$/],
  ['neither handlers nor a module', {}, /^no handler for operation "double"$/],
  ['a concurrency of 0', { handlers, concurrency: 0 }, /^concurrency: 0 is not a whole number from 1 to 10000$/],
])('serve() refuses %s', async (_what, options, message) => {
  await expect(serve({ catalogue, brokers, ...options } as never)).rejects.toThrow(message);
});
