import { limits } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { createPullGate } from './pull-gate.ts';

const half = limits.heldRequestsMax / 2;

test('the gate is open while the table is at most half full', () => {
  let open = half - 1;
  const gate = createPullGate(() => open);
  expect(gate.isOpen()).toBe(true);
  open = half;
  expect(gate.isOpen()).toBe(false);
});

test('formulas that wait go on in their order as soon as there is room, and only while there is', () => {
  let open = half;
  const gate = createPullGate(() => open);
  const went: string[] = [];
  const formula = (name: string) => ({
    goOn() {
      went.push(name);
      open += 1;
      // A call that fails at once must not start the next one from within.
      gate.settled();
    },
  });
  const left = formula('left');
  for (const each of [formula('first'), left, formula('second'), formula('third')]) gate.wait(each);
  gate.leave(left);
  gate.settled();
  expect(went).toEqual([]);
  open = half - 2;
  gate.settled();
  expect([went, gate.waiting()]).toEqual([['first', 'second'], 1]);
});
