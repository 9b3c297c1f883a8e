import type { AnyFailureCode, FallbackPolicy } from '@cateto/contracts';
import type { Run } from '../runs/work.ts';

/* Decides whether a calc-server computes a call itself when op-servers did not. */

export interface ComputedHere {
  readonly run: Run;
  /** In a thread, which may end. Undefined without threads. */
  readonly inThread: Run | undefined;
}

/**
 * Failures of op-servers that do not concern the input; the operation is then computed here. `overloaded` is not among
 * them: work that is too much for the op-servers would be too much for the calc-server, through which everything
 * passes.
 */
const unserved = ['no-listener', 'contract-mismatch', 'unknown-operation'];
const fallbackCodes: Readonly<Record<FallbackPolicy, ReadonlySet<string>>> = {
  late: new Set([...unserved, 'deadline-exceeded']),
  unserved: new Set(unserved),
  never: new Set(),
};

/**
 * @returns the code that computes the call here, if it should be. A call that has ended three op-servers would end this
 * process; it may end a thread.
 */
export function fallbackFor(
  code: AnyFailureCode,
  policy: FallbackPolicy,
  { run, inThread }: ComputedHere,
): Run | undefined {
  if (code === 'server-lost') return policy === 'never' ? undefined : inThread;
  return fallbackCodes[policy].has(code) ? run : undefined;
}
