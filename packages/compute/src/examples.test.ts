import type { Formula, FormulaGenerator, Handler, Operation } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { answerOf } from './formulas/answer-of.test-support.ts';
import { outputOf } from './operations/output-of.test-support.ts';
import { formulaCodes, handlers } from './registry.generated.ts';

/* Each contract has an example that readers rely on. These tests check every example, also those of new contracts. */

test.each(Object.values<Operation>(calculator.operations))(
  'the operation $name turns the input of its example into the output',
  async ({ name, example }) => {
    const handler = handlers[name as keyof typeof handlers] as Handler;
    expect(await outputOf(handler, example.input)).toEqual(example.output);
  },
);

test.each(Object.values<Formula>(calculator.formulas))(
  'the formula $name turns the operands of its example into the output',
  async ({ name, example }) => {
    const code = formulaCodes[name as keyof typeof formulaCodes] as unknown as FormulaGenerator;
    expect(await answerOf(code, example.operands)).toEqual(example.output);
  },
);
