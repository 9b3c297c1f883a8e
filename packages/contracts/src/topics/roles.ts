import type { Catalogue, FormulaName, OperationName } from '../catalogue/catalogue.ts';
import type { Role, topicTable, TopicKindName } from './topic-table.ts';
import type { Lane } from './lanes.ts';

/** The topics of each kind. */
interface TopicsOf<C extends Catalogue> {
  operand: `calc.request.${Lane}`;
  operationRequest: `calc.${OperationName<C>}.request.${Lane}`;
  operationResult: `calc.${OperationName<C>}.result.${Lane}`;
  formulaResult: `calc.${FormulaName<C>}.result`;
  statusRequest: 'calc.status.request';
  statusResult: 'calc.status.result';
  eventsRequest: 'calc.events.request';
  eventsResult: 'calc.events.result';
  cancel: 'calc.cancel';
  hello: 'calc.hello';
  beat: 'calc.beat';
  ended: never;
}

type KindsOf<R extends Role, Direction extends 'publishedBy' | 'subscribedBy'> = {
  [K in TopicKindName]: R extends (typeof topicTable)[K][Direction][number] ? K : never;
}[TopicKindName];

/** The topics on which a role may publish. */
export type PublishableTopic<C extends Catalogue, R extends Role> = TopicsOf<C>[KindsOf<R, 'publishedBy'>];

/** The topics to which a role may subscribe. */
export type SubscribableTopic<C extends Catalogue, R extends Role> = TopicsOf<C>[KindsOf<R, 'subscribedBy'>];
