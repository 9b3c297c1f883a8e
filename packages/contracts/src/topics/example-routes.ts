import type { TopicKindName } from './topic-table.ts';

/** A topic of each kind, without its address, for tests of what a key may do. */
export const exampleRoutes: Readonly<Record<TopicKindName, string>> = {
  operand: 'calc.request.1',
  operationRequest: 'calc.price.request.1',
  operationResult: 'calc.price.result.1',
  formulaResult: 'calc.spread.result',
  statusRequest: 'calc.status.request',
  statusResult: 'calc.status.result',
  eventsRequest: 'calc.events.request',
  eventsResult: 'calc.events.result',
  cancel: 'calc.cancel',
  hello: 'calc.hello',
  beat: 'calc.beat',
  ended: 'calc.ended',
};
