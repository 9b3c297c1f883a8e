import type { RequestReading } from '@cateto/contracts';
import type { IncomingRequest } from '@cateto/protocol';
import type { IncomingBatch } from './participant.ts';
import type { Responses, Run, Work } from './responses.ts';
import { incoming } from './responses.ts';

/** Reads every request of a batch and hands the good ones to the responder; a broken one is dropped alone. */
export function acceptAll(
  responses: Responses,
  { sender, settledBelow, messages, broken }: IncomingBatch,
  replyTopic: string,
  read: (message: unknown) => RequestReading | undefined,
  run: Run,
): void {
  const requests: IncomingRequest<Work>[] = [];
  for (const message of messages) {
    const reading = read(message);
    if (reading === undefined) broken();
    else requests.push(incoming(reading, replyTopic, run));
  }
  responses.accept(sender, settledBelow, requests);
}
