import type { Catalogue, Lane } from '@cateto/contracts';
import { readOperand } from '@cateto/contracts';
import type { CompleteRequest } from '@cateto/protocol';
import { createJoin } from '@cateto/protocol';
import type { Bus } from '../participant/bus.ts';
import type { BatchOrigin } from '../participant/participant.ts';

/** Receives operands on their topics, and passes on each request once it is complete. */
export function joinOperands(
  bus: Bus<Catalogue, 'calc-server'>,
  catalogue: Catalogue,
  requestTopics: readonly `calc.request.${Lane}`[],
  complete: (origin: BatchOrigin, requests: readonly CompleteRequest[]) => void,
): void {
  const { participant } = bus;
  const join = createJoin();

  function handle(input: Parameters<typeof join.handle>[0]): void {
    for (const effect of join.handle(input, participant.platform.nowMs())) {
      complete(effect, effect.requests);
    }
    participant.rearm();
  }

  for (const [index, topic] of requestTopics.entries()) {
    const n = (index + 1) as Lane;
    bus.receive(topic, readOperand(catalogue, n), (operands, { sender, settledBelow, stragglers }) => {
      handle({ type: 'operands', n, sender, settledBelow, stragglers, operands });
    });
  }
  participant.table('incomplete', join.incomplete);
  participant.attach({ deadlineMs: join.deadlineMs, tick: () => handle({ type: 'tick' }) });
}
