import type { Failure } from '@cateto/contracts';
import { failure, stackOf, textOf } from '@cateto/contracts';
import type { BusEvent, OnEvent } from '../participant/events.ts';
import type { Platform } from '../link/link.ts';
import type { Overrun } from './run-limits.ts';
import { createThrottledCounter } from '../participant/throttled-counter.ts';

/*
 * What goes wrong in the code of operations and formulas: what it throws, and outputs that do not fit the contract. The operator gets the
 * text and the stack with the request's id (`handler-failed`). The requester gets `internal` with that id and no text, which may hold
 * what only the server should know (a path, a query, another user's data), unless the server exposes errors.
 */

/** Which code of an operation or formula failed. */
export type CodePart = 'handler' | 'plan' | 'combine';

/** The code that failed, and the request for which it ran. */
export interface CodeRun {
  /** Of the operation or formula. */
  readonly name: string;
  readonly part: CodePart;
  /** As people see it. */
  readonly id: string;
}

export interface CodeFaults {
  /** Code threw. @returns what the requester is told */
  threw(run: CodeRun, error: unknown): Failure;
  /** Code gave something that cannot be used. @returns what the requester is told */
  misfit(run: CodeRun, problem: string): Failure;
  /** A handler ran longer than its contract allows, which is no secret. @returns what the requester is told */
  overran(run: CodeRun, overrun: Overrun): Failure;
  /** Code failed when nobody waited for it any more. @returns what a repetition is told */
  threwLate(run: CodeRun, error: unknown): Failure;
  /** Reports what is not reported yet. */
  close(): void;
}

export interface CodeFaultsOptions {
  readonly onEvent: OnEvent;
  /** Requesters are told the text too. */
  readonly exposeErrors?: boolean | undefined;
}

type HandlerFailed = Extract<BusEvent, { event: 'handler-failed' }>;

/** The first one of its kind is reported at once, then those of a second together, by the last of them. */
export function createCodeFaults(platform: Platform, { onEvent, exposeErrors = false }: CodeFaultsOptions): CodeFaults {
  /** By what is counted: making a text of each stack would cost more than the handlers that fail. */
  const last = new Map<string, { readonly run: CodeRun; readonly error: unknown }>();
  const failed = createThrottledCounter(platform, (name, part, count) => {
    const known = last.get(`${name} ${part}`);
    if (known === undefined) return;
    last.delete(`${name} ${part}`);
    onEvent(eventOf(known.run, known.error, count));
  });
  let closed = false;

  function report(run: CodeRun, error: unknown): void {
    if (closed) return onEvent(eventOf(run, error, 1));
    const { name, part } = run;
    last.set(`${name} ${part}`, { run, error });
    failed.count(name, part);
  }

  /** What people without the server's log are told. */
  const told = ({ id }: CodeRun, what: string): string => `${what}; the log of its server has the cause under ${id}`;

  return {
    threw(run, error) {
      report(run, error);
      const { name, part } = run;
      return failure('internal', exposeErrors ? `${name}: ${textOf(error)}` : told(run, `${name}: its ${part} failed`));
    },
    misfit(run, problem) {
      report(run, problem);
      const { name, part } = run;
      const what = `${name}: what its ${part} returned does not fit the contract`;
      return failure('internal', exposeErrors ? `${name}: ${problem}` : told(run, what));
    },
    overran(run, overrun) {
      report(run, overrun);
      const what = `${run.name}: its handler ran longer than the ${overrun.maxMs} ms that its contract allows`;
      return failure('internal', exposeErrors ? what : told(run, what));
    },
    threwLate(run, error) {
      // What the signal made of it is no fault of the code.
      if (!isAbort(error)) report(run, error);
      const { name } = run;
      const why = exposeErrors ? textOf(error) : 'its handler ended without an output after the deadline';
      return failure('deadline-exceeded', `${name}: ${why}`);
    },
    close() {
      closed = true;
      failed.close();
      last.clear();
    },
  };
}

function eventOf({ name, part, id }: CodeRun, error: unknown, count: number): HandlerFailed {
  return { event: 'handler-failed', name, part, id, message: textOf(error), stack: stackOf(error), count };
}

const abortNames: ReadonlySet<unknown> = new Set(['AbortError', 'TimeoutError']);

function isAbort(error: unknown): boolean {
  try {
    return typeof error === 'object' && error !== null && 'name' in error && abortNames.has(error.name);
  } catch {
    return false;
  }
}
