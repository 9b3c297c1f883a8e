import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askForMissing, Interrupted } from './questions.ts';
import type { Given, NewContract } from './request.ts';

const enter = '\r';
const faultOf = (name: string): string | undefined => (name === 'then' ? 'is reserved' : undefined);

/** A user at a terminal who answers each question when it appears, in order. */
function asked(
  kind: NewContract['kind'],
  given: Given,
  ...answers: readonly (readonly [question: string, answer: string])[]
) {
  const input = new PassThrough();
  const output = new PassThrough();
  const left = [...answers];
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const [next] = left;
    if (next === undefined || !shown.includes(next[0])) return;
    left.shift();
    // The question listens once it has been drawn completely.
    setImmediate(() => input.write(next[1]));
  });
  const answered = askForMissing(kind, given, faultOf, { input, output });
  return { answered, shown: () => shown };
}

test('missing arguments are asked for, and Enter accepts the proposed value', async () => {
  const { answered, shown } = asked(
    'formula',
    {},
    ['is the formula called?', `mean${enter}`],
    ['What comes out', enter],
    ['What are its operands', enter],
  );
  expect(await answered).toEqual({
    name: 'mean',
    description: 'A sum of squares; still to be written.',
    operands: 'a,b',
  });
  expect(shown()).toContain('What is the formula called?');
});

test('given arguments are not asked for', async () => {
  const { answered, shown } = asked('operation', { name: 'cube' }, ['What comes out', `A cube.${enter}`]);
  expect(await answered).toEqual({ name: 'cube', description: 'A cube.' });
  expect(shown()).not.toContain('called');
});

test('Ctrl-C ends the questions', async () => {
  const { answered, shown } = asked('operation', {}, ['called?', '\u0003']);
  await expect(answered).rejects.toThrow(Interrupted);
  expect(shown()).toContain('Nothing was written.');
});
