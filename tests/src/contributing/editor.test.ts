import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LanguageServer } from '../support/language-server.ts';
import { startLanguageServer } from '../support/language-server.ts';

/* The hints and suggestions of an editor for a program that uses the SDK. */

let editor: LanguageServer;
beforeAll(async () => {
  editor = await startLanguageServer();
});
afterAll(() => editor.close());

/** A program with a catalogue of its own: an operation `cube`, and a formula `own` of two operands. */
function program(rest: string, [one, two] = ['first', 'second']): string {
  return `
import { defineCatalogue, Finite, formula, operation } from '@cateto/contracts';
import { connect, serve } from '@cateto/sdk';
import { simulate } from '@cateto/sdk/testing';
const cube = operation({ name: 'cube', description: '', input: Finite, output: Finite, example: { input: 2, output: 8 } });
const operands = [['${one}', Finite], ['${two}', Finite]] as const;
const own = formula({ name: 'own', description: '', operands, output: Finite, example: { operands: [1, 2], output: 9 } });
const catalogue = defineCatalogue({ operations: { cube }, formulas: { own } });
const client = await connect({ catalogue });
const calculator = await connect();
${rest}`;
}

describe('a formula is shown with the names of its operands', () => {
  test.each([
    ['the calculator’s', program('calculator.leg/**/(5, 3);'), '(c: number, a: number, options?: CallOptions'],
    ['of one’s own', program('client.own/**/(5, 3);'), '(first: number, second: number, options?: CallOptions'],
    [
      'with names that are not known',
      program('client.own/**/(5, 3);', ['amount', 'rate']),
      '(operand: number, operand_1: number, options?: CallOptions',
    ],
    [
      'with names that the program makes known',
      program(
        `client.own/**/(5, 3);
         declare module '@cateto/contracts' { interface OperandLabels<T> { amount: [amount: T]; rate: [rate: T] } }`,
        ['amount', 'rate'],
      ),
      '(amount: number, rate: number, options?: CallOptions',
    ],
  ])('an editor shows a formula with the names of its operands: %s', async (_which, text, shown) => {
    expect(await editor.hover(text)).toContain(shown);
  });
});

describe('completion offers the names of the given catalogue', () => {
  test.each([
    ['handlers', program('await serve({ catalogue, handlers: { /**/ } });'), ['cube']],
    ['handlers, the catalogue after them', program('await serve({ handlers: { /**/ }, catalogue });'), ['cube']],
    ['the calculator’s handlers', program('await serve({ handlers: { /**/ } });'), ['multiply', 'square']],
    ['formulas', program('await serve({ catalogue, handlers: { cube: (x) => x }, formulas: { /**/ } });'), ['own']],
    [
      'operations',
      program("await serve({ catalogue, handlers: { cube: (x) => x }, operations: ['/**/'] });"),
      ['cube'],
    ],
    ['simulated handlers', program('simulate().serve({ catalogue, handlers: { /**/ } });'), ['cube']],
  ])('completion offers the names of the given catalogue: %s', async (_which, text, offered) => {
    expect((await editor.completions(text)).toSorted()).toEqual(offered);
  });
});
