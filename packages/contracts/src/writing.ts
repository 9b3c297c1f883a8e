import {
  failureWire,
  helloWire,
  operandWire,
  operationRequestWire,
  statusRequestWire,
  successWire,
} from './messages.ts';
import { sentText } from './failures.ts';
import { topicShape } from './topics.ts';

/** Where messages go out: named fields to wire order. The type of a topic's message is in {@link TopicMessages}. */
export type WriteMessage = (message: object) => unknown[];

/** @throws TypeError for a topic that is none of this protocol */
export function messageWriter(topic: string): WriteMessage {
  const shape = topicShape(`${topic}.${'x'.repeat(12)}`);
  switch (shape?.shape) {
    case 'request':
      if (topic.startsWith('calc.request.')) return writeWith(operandWire);
      return writeWith(topic === 'calc.status.request' ? statusRequestWire : operationRequestWire);
    case 'result':
      return writeResult;
    case 'hello':
      return writeWith(helloWire);
    default:
      throw new TypeError(`${topic} is no topic to publish on`);
  }
}

function writeWith(declared: { write(message: never): unknown[] }): WriteMessage {
  return (message) => declared.write(message as never);
}

function writeResult(message: object): unknown[] {
  const result = message as { readonly seq: number; readonly code: number | string; readonly message?: string };
  if (result.code === 0) return successWire.write(result as never);
  return failureWire.write({
    seq: result.seq,
    code: String(result.code),
    message: sentText(result.message ?? ''),
  });
}
