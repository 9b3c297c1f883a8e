import { topicKindName } from '@cateto/contracts';
import type { ObservedAt } from '@cateto/sdk';
import { bounded, valueText } from '../server/bounded.ts';
import type { SeenMessage } from '../shared/request.ts';

/*
 * An observed message as the pages show it: bounded, and with its place in the conversation. Anyone on the bus can send
 * anything, so no field is taken for granted.
 */

/** Characters shown of a value in a diagram. */
const payloadMax = 400;

export type Passed = Omit<ObservedAt, 'at'> & {
  /** With a fraction. */
  readonly atMs: number;
};

/** @returns undefined for messages that belong to no request: beats, hellos, status */
export function seenMessage(passed: Passed): SeenMessage | undefined {
  const { topic, to, sender: from, id, atMs, message } = passed;
  const kind = topicKindName(topic);
  const [, name = '', , digits] = topic.split('.');
  const number = digits === undefined ? undefined : Number(digits);
  const attempt = typeof message['attempt'] === 'number' ? message['attempt'] : 1;
  if (id === undefined) return undefined;
  const common = { atMs, from, to, topic, id, number, name, attempt, code: undefined };
  switch (kind) {
    case 'operand': {
      const { formula, value } = message;
      const lane = Number(topic.slice(-1));
      return { ...common, kind: 'operand', name: textOf(formula), number: lane, payload: valueText(value, payloadMax) };
    }
    case 'operationRequest':
      return { ...common, kind: 'call', payload: valueText(message['input'], payloadMax) };
    case 'operationResult':
      return { ...common, kind: 'result', ...outcomeOf(message) };
    case 'formulaResult':
      return { ...common, kind: 'answer', ...outcomeOf(message) };
    case undefined:
    case 'statusRequest':
    case 'statusResult':
    case 'eventsRequest':
    case 'eventsResult':
    case 'cancel':
    case 'hello':
    case 'beat':
    case 'ended':
      return undefined;
  }
}

function outcomeOf({ code, value, message }: Passed['message']): Pick<SeenMessage, 'payload' | 'code'> {
  if (code === 0) return { code: undefined, payload: valueText(value, payloadMax) };
  return { code: textOf(code), payload: bounded(typeof message === 'string' ? message : '', payloadMax) };
}

function textOf(value: unknown): string {
  return bounded(String(value), 64);
}
