import type { Failure } from '@cateto/contracts';
import { failure, stackOf, textOf } from '@cateto/contracts';
import type { BusEvent, OnEvent } from '../participant/events.ts';
import type { Platform } from '../link/link.ts';
import type { Overrun } from './run-limits.ts';
import { createThrottledCounter } from '../participant/throttled-counter.ts';

/*
 * Reports faults in the code of operations and formulas: exceptions, and outputs that do not fit the contract. The
 * operator gets the text and the stack together with the request's id (`handler-failed`). The requester gets `internal`
 * with that id and without the text, unless the server exposes errors: the text may contain what only the server should
 * know, such as a path, a query or another user's data.
 */

/** The part of an operation or formula that failed. */
export type CodePart = 'handler' | 'plan' | 'combine' | 'generator';

/** The code that failed, and the request for which it ran. */
export interface CodeRun {
  /** The name of the operation or formula. */
  readonly name: string;
  readonly part: CodePart;
  /** The request's id, for people. */
  readonly id: string;
}

export interface CodeFaults {
  /** The code threw. @returns the failure for the requester */
  threw(run: CodeRun, error: unknown): Failure;
  /** The code returned something that cannot be used. @returns the failure for the requester */
  misfit(run: CodeRun, problem: string): Failure;
  /** The code failed with a failure that its contract does not admit. @returns the failure for the requester */
  undeclared(run: CodeRun, problem: string): Failure;
  /** The code went beyond a limit. This is not secret. @returns the failure for the requester */
  exceeded(run: CodeRun, limit: string): Failure;
  /** A handler ran longer than its contract allows. This is not secret. @returns the failure for the requester */
  overran(run: CodeRun, overrun: Overrun): Failure;
  /** The code failed when no requester waited any more. @returns the failure for a repeated request */
  threwLate(run: CodeRun, error: unknown): Failure;
  /** Reports what was counted and not reported yet. */
  close(): void;
}

export interface CodeFaultsOptions {
  readonly onEvent: OnEvent;
  /** Whether requesters get the text too. */
  readonly exposeErrors?: boolean | undefined;
}

type HandlerFailed = Extract<BusEvent, { event: 'handler-failed' }>;

/** Reports the first fault of each kind at once, and those of the following second together, by the last of them. */
export function createCodeFaults(platform: Platform, { onEvent, exposeErrors = false }: CodeFaultsOptions): CodeFaults {
  /** By the counted kind. Formatting the stack of each error would cost more than the failed handlers. */
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

  function exceeded(run: CodeRun, limit: string, cause: unknown = limit): Failure {
    report(run, cause);
    const what = `${run.name}: ${limit}`;
    return failure('internal', exposeErrors ? what : told(run, what));
  }

  /** The message for people without access to the server's log. */
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
    undeclared(run, problem) {
      report(run, problem);
      const { name, part } = run;
      const what = `${name}: its ${part} failed in a way that its contract does not declare`;
      return failure('internal', exposeErrors ? `${name}: ${problem}` : told(run, what));
    },
    exceeded,
    overran: (run, overrun) =>
      exceeded(run, `its handler ran longer than the ${overrun.maxMs} ms that its contract allows`, overrun),
    threwLate(run, error) {
      // An error caused by the signal is not a fault of the code.
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
