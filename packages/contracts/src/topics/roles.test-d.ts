import { expectTypeOf, test } from 'vitest';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { OperandOf } from '../messages/messages.ts';
import type { PublishableTopic, SubscribableTopic } from './roles.ts';
import type { Sample } from '../catalogue/sample.test-support.ts';
import type { Role } from './topic-table.ts';
import type { Topic, TopicMessages } from './topics.ts';

/** Publishes as a bus does: the role determines the topics, and the topic determines the message. */
interface Mouth<C extends Catalogue, R extends Role> {
  publish<T extends PublishableTopic<C, R> & Topic<C>>(topic: T, to: string, message: TopicMessages<C>[T]): void;
}

declare const client: Mouth<Sample, 'client'>;
declare const calcServer: Mouth<Sample, 'calc-server'>;
declare const opServer: Mouth<Sample, 'op-server'>;
declare const observer: Mouth<Sample, 'observer'>;
declare const broker: Mouth<Sample, 'broker'>;

const to = 'k3f0q9x2m1zd';
const leg = { seq: 1, formula: 'hypotenuse', contract: 5, operands: 2, value: 12, ttlMs: 100 } as const;
const request = { seq: 1, contract: 5, input: 12, ttlMs: 100 };
const success = { seq: 1, code: 0, value: 144, fallbacks: [] } as const;
const failure = { seq: 1, code: 'internal', message: 'a fault' } as const;

test('each role may publish and subscribe as the protocol says', () => {
  client.publish('calc.request.1', to, leg);
  client.publish('calc.request.2', to, { ...leg, trace: 't' });
  client.publish('calc.status.request', to, { seq: 1, ttlMs: 100 });
  calcServer.publish('calc.square.request.1', to, request);
  calcServer.publish('calc.multiply.request.8', to, { ...request, input: [6, 7] });
  calcServer.publish('calc.hypotenuse.result', to, success);
  calcServer.publish('calc.hypotenuse.result', to, failure);
  opServer.publish('calc.square.result.1', to, success);
  opServer.publish('calc.square.result.1', to, failure);
  observer.publish('calc.hello', to, { counter: 1 });
  observer.publish('calc.events.request', to, { seq: 1 });
});

test('the paper’s client, which publishes its legs on the op-servers’ topics, does not compile', () => {
  // @ts-expect-error -- a client may not publish there
  client.publish('calc.square.request.1', to, request);
  // @ts-expect-error -- nor anything else
  client.publish('calc.square.request.2', to, leg);
});

test('a role cannot publish what only another role may', () => {
  // @ts-expect-error -- an op-server does not send requests
  opServer.publish('calc.square.request.1', to, request);
  // @ts-expect-error -- an op-server does not answer clients
  opServer.publish('calc.hypotenuse.result', to, success);
  // @ts-expect-error -- a client does not answer
  client.publish('calc.hypotenuse.result', to, success);
  // @ts-expect-error -- a calc-server does not send requests to itself
  calcServer.publish('calc.request.1', to, leg);
  // @ts-expect-error -- a client does not read events
  client.publish('calc.events.request', to, { seq: 1 });
  // @ts-expect-error -- an observer sends no requests
  observer.publish('calc.request.1', to, leg);
  // @ts-expect-error -- a broker publishes nothing
  broker.publish('calc.hello', to, { counter: 1 });
});

test('an operation, a formula, a lane or an operand that does not exist has no topic', () => {
  // @ts-expect-error -- no such operation
  calcServer.publish('calc.cube.request.1', to, request);
  // @ts-expect-error -- no such formula
  calcServer.publish('calc.volume.result', to, success);
  // @ts-expect-error -- no such lane
  calcServer.publish('calc.square.request.9', to, request);
  // @ts-expect-error -- no such operand
  client.publish('calc.request.10', to, leg);
  // @ts-expect-error -- no formula has a fourth operand
  client.publish('calc.request.4', to, leg);
  // @ts-expect-error -- a hypotenuse has no third operand
  client.publish('calc.request.3', to, leg);
});

test('a topic carries its own message', () => {
  // @ts-expect-error -- an operand is a number
  client.publish('calc.request.1', to, { ...leg, value: '12' });
  // @ts-expect-error -- a hypotenuse has two operands
  client.publish('calc.request.1', to, { ...leg, operands: 3 });
  // @ts-expect-error -- no such formula
  client.publish('calc.request.1', to, { ...leg, formula: 'volume' });
  // @ts-expect-error -- another topic's message
  client.publish('calc.request.1', to, request);
  // @ts-expect-error -- a product has two factors
  calcServer.publish('calc.multiply.request.1', to, { ...request, input: [6] });
  // @ts-expect-error -- no time to live
  calcServer.publish('calc.square.request.1', to, { seq: 1, contract: 5, input: 12 });
  // @ts-expect-error -- the square of a number is a number
  opServer.publish('calc.square.result.1', to, { ...success, value: '144' });
  // @ts-expect-error -- the code of a failure is a text
  opServer.publish('calc.square.result.1', to, { ...failure, code: 418 });
});

test('an operand is an operand of one of the formulas that have it', () => {
  expectTypeOf<OperandOf<Sample, 3>['formula']>().toEqualTypeOf<'diagonal'>();
  expectTypeOf<OperandOf<Sample, 3>['operands']>().toEqualTypeOf<3>();
  expectTypeOf<OperandOf<Sample, 4>>().toBeNever();
});

test('every topic on which a role may publish or to which it may subscribe is a topic of the catalogue', () => {
  expectTypeOf<PublishableTopic<Sample, Role>>().toExtend<Topic<Sample>>();
  expectTypeOf<SubscribableTopic<Sample, Role>>().toExtend<Topic<Sample>>();
});

test('every topic on which one role publishes has another role that subscribes to it, and an observer subscribes to all', () => {
  type Speaker = 'client' | 'calc-server' | 'op-server';
  expectTypeOf<SubscribableTopic<Sample, Speaker> | 'calc.events.result'>().toEqualTypeOf<
    PublishableTopic<Sample, Speaker | 'observer'>
  >();
  expectTypeOf<SubscribableTopic<Sample, 'observer'>>().toEqualTypeOf<Topic<Sample>>();
});
