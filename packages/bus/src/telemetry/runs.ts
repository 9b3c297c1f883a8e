import type { ServeSpan, SpanEnd, Telemetry } from '@cateto/contracts';
import { isFailure, joinTrace, requestId, splitTrace } from '@cateto/contracts';
import type { Admitted, AnswerTo, RunOptions, RunSpans, Work } from '../runs/work.ts';
import { guarded } from './guarded.ts';

/*
 * The spans of the requests that a server runs. Exists only where a telemetry is given. The traceparent of the request's
 * own span replaces the one that came with the request, so that calls of a formula become children of that span.
 */

type Begin = RunOptions['begin'];

/** @returns the options of a run, with spans if there is a telemetry */
export function withSpans<O extends Pick<RunOptions, 'contract' | 'begin'>>(
  options: O,
  given: Telemetry | undefined,
): O & { readonly spans?: RunSpans } {
  if (given === undefined) return options;
  const telemetry = guarded(given);
  const { contract, begin } = options;
  /** The spans that have not ended. */
  const open = new Map<Work, { readonly span: ServeSpan; readonly id: string }>();

  function start({ sender, seq, work }: Admitted, waitedMs: number): ServeSpan {
    const { traceparent, mark } = splitTrace(work.trace);
    const id = requestId(sender, seq);
    const { attempt = 1 } = work;
    const span = telemetry.serve({ method: contract, parent: traceparent, id, attempt, waitedMs });
    work.trace = joinTrace(span.traceparent, mark);
    open.set(work, { span, id });
    return span;
  }

  function end(work: Work, failure: SpanEnd['failure']): void {
    const found = open.get(work);
    if (found === undefined) return;
    open.delete(work);
    found.span.end({ id: found.id, failure });
  }

  const beginWithin: Begin = (request, answer, nowMs) => {
    const span = start(request, request.work.waitedUs / usPerMs);
    const answerAndEnd: AnswerTo = (same, outcome) => {
      end(request.work, isFailure(outcome) ? outcome.code : undefined);
      answer(same, outcome);
    };
    span.within(() => begin(request, answerAndEnd, nowMs));
  };
  const spans: RunSpans = {
    missed(request, { code }, nowMs) {
      // Its requester has cancelled it, and knows the outcome.
      if (request.work.underway !== undefined) return;
      start(request, nowMs - request.sinceMs);
      end(request.work, code);
    },
    gaveUp: (work) => end(work, 'deadline-exceeded'),
  };
  return { ...options, begin: beginWithin, spans };
}

const usPerMs = 1_000;
