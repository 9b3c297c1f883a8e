import {
  failureWire,
  helloWire,
  operandWire,
  operationRequestWire,
  statusRequestWire,
  successWire,
} from './messages.ts';
import { topicShape } from './topics.ts';

/** A message with its field names, whatever its topic: what an observer shows. */
export type NamedMessage = Readonly<Record<string, unknown>>;

/**
 * Gives the fields of a message their names, by its topic alone: an observer may not have the catalogue of those it
 * watches.
 *
 * @param topic without an address
 * @returns undefined when the message does not fit the topic
 */
export function readNamed(topic: string, fields: unknown): NamedMessage | undefined {
  switch (topicShape(`${topic}.${'x'.repeat(12)}`)?.shape) {
    case 'request':
      if (topic.startsWith('calc.request.')) return operandWire.read(fields);
      return topic === 'calc.status.request' ? statusRequestWire.read(fields) : operationRequestWire.read(fields);
    case 'result':
      return Array.isArray(fields) && fields[1] === 0 ? successWire.read(fields) : failureWire.read(fields);
    case 'hello':
      return helloWire.read(fields);
    default:
      return undefined;
  }
}
