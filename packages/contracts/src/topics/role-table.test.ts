import { expect, expectTypeOf, test } from 'vitest';
import type { Sample } from '../catalogue/sample.test-support.ts';
import { roleTable } from './role-table.ts';
import type { PublishableTopic } from './roles.ts';
import { roles } from './topic-table.ts';

function shown(kinds: ReadonlySet<string>): string {
  return [...kinds].toSorted().join(' ');
}

test('each role may publish and receive the kinds of topics that the protocol gives it', () => {
  const table = roles.map((role) => {
    const { publishes, receives, overhears } = roleTable[role];
    return [role, shown(publishes), shown(receives), shown(overhears)];
  });
  expect(table).toEqual([
    ['client', 'cancel hello operand statusRequest', 'beat formulaResult hello statusResult', ''],
    [
      'calc-server',
      'beat cancel eventsResult formulaResult hello operationRequest statusResult',
      'beat cancel eventsRequest hello operand operationResult statusRequest',
      '',
    ],
    [
      'op-server',
      'beat eventsResult hello operationResult statusResult',
      'cancel eventsRequest hello operationRequest statusRequest',
      '',
    ],
    [
      'observer',
      'eventsRequest hello',
      'eventsResult hello',
      'beat cancel eventsRequest eventsResult formulaResult hello operand operationRequest operationResult statusRequest statusResult',
    ],
    ['broker', '', '', ''],
  ]);
});

test('the table refuses what does not compile', () => {
  expectTypeOf<PublishableTopic<Sample, 'observer'>>().toEqualTypeOf<'calc.hello' | 'calc.events.request'>();
  expectTypeOf<PublishableTopic<Sample, 'broker'>>().toBeNever();
  expect([...roleTable.observer.publishes]).toEqual(['eventsRequest', 'hello']);
  expect(roleTable.broker.publishes.size).toBe(0);
});
