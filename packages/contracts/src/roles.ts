import type { Catalogue, FormulaName, OperationName } from './catalogue.ts';
import type { Lane } from './topics.ts';

/** What a participant may say and hear. A broker forwards what others say and says nothing itself. */
export type Role = 'client' | 'calc-server' | 'op-server' | 'observer' | 'broker';

type OperandTopic = `calc.request.${Lane}`;
type OperationRequestTopic<C extends Catalogue> = `calc.${OperationName<C>}.request.${Lane}`;
type OperationResultTopic<C extends Catalogue> = `calc.${OperationName<C>}.result.${Lane}`;
type FormulaResultTopic<C extends Catalogue> = `calc.${FormulaName<C>}.result`;

interface Publishable<C extends Catalogue> {
  client: OperandTopic | 'calc.status.request' | 'calc.hello';
  'calc-server': OperationRequestTopic<C> | FormulaResultTopic<C> | 'calc.status.result' | 'calc.hello';
  'op-server': OperationResultTopic<C> | 'calc.status.result' | 'calc.hello';
  observer: 'calc.hello';
  broker: never;
}

interface Subscribable<C extends Catalogue> {
  client: FormulaResultTopic<C> | 'calc.status.result' | 'calc.hello';
  'calc-server': OperandTopic | OperationResultTopic<C> | 'calc.status.request' | 'calc.hello';
  'op-server': OperationRequestTopic<C> | 'calc.status.request' | 'calc.hello';
  observer:
    | OperandTopic
    | OperationRequestTopic<C>
    | OperationResultTopic<C>
    | FormulaResultTopic<C>
    | 'calc.status.request'
    | 'calc.status.result'
    | 'calc.hello';
  broker: never;
}

/** The topics on which a role may publish. */
export type PublishableTopic<C extends Catalogue, R extends Role> = Publishable<C>[R];

/** The topics to which a role may subscribe. */
export type SubscribableTopic<C extends Catalogue, R extends Role> = Subscribable<C>[R];
