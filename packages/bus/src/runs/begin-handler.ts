import type { Lane } from '@cateto/contracts';
import type { HandlerContexts } from './handler-contexts.ts';
import type { PlacedHandler } from './placed-handler.ts';
import type { HandlerCode } from './run-handler.ts';
import { runHandler } from './run-handler.ts';
import type { Run } from './work.ts';

/*
 * How a server begins an admitted request for an operation: it creates a context, and runs the handler in the event
 * loop or in a thread.
 */

/** No lane used a fallback. */
const byOpServer: readonly Lane[] = [];

/** Runs an operation's handler in its place (event loop or thread), and answers with its outcome. */
export function beginPlaced(
  of: Omit<HandlerCode, 'handler'>,
  placed: PlacedHandler,
  contexts: HandlerContexts,
): Run['begin'] {
  const { inLoop, inThread, inThreads, beginsInLoop } = placed;
  const here = beginOf({ ...of, handler: inLoop }, contexts);
  if (inThread === undefined) return here;
  const there = beginOf({ ...of, handler: inThread }, contexts);
  return (request, answer, nowMs) => {
    if (inThreads()) return there(request, answer, nowMs);
    beginsInLoop(nowMs);
    here(request, answer, nowMs);
  };
}

/** Runs the given handler in the event loop. */
export function beginOf(code: HandlerCode, contexts: HandlerContexts): Run['begin'] {
  const openContext = contexts.opener(code.operation.name);
  return (request, answer) => {
    const context = openContext(request);
    request.work.underway = context;
    runHandler(code, request.work.input, context, (value, failed) => {
      contexts.end(context);
      answer(request, failed ?? { value, fallbacks: byOpServer });
    });
  };
}
