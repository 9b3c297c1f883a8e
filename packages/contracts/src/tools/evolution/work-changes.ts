import type { ContractSet } from '../export/contract-set.ts';
import type { Work } from '../../catalogue/work.ts';

/*
 * Compares the work policies of operations with those of the last release. Contracts describe policies and do not hash
 * them: requesters and servers understand each other under any policy, so no change is a violation. Each change is
 * reported, because an operator may notice its effect. A change is notable when requests may now fail or wait that did
 * not before.
 */

/** A compatible change of an operation's work policy. */
export interface WorkChange {
  /** `operation square`. */
  readonly contract: string;
  readonly field: keyof Work;
  readonly was: string;
  readonly is: string;
  /** A consequence for requests: they may now fail or wait where they did not before. Undefined without one. */
  readonly notable: string | undefined;
}

/** Reports nothing for a new operation, and nothing against a release that described no policies. */
export function workChanges(released: ContractSet, current: ContractSet): readonly WorkChange[] {
  return Object.entries(released.operations).flatMap(([name, { work: was }]) => {
    const is = current.operations[name]?.work;
    return was === undefined || is === undefined ? [] : changesOf(`operation ${name}`, was, is);
  });
}

/** One line for people. */
export function workChangeText({ contract, field, was, is, notable }: WorkChange): string {
  const change = `${contract}, work.${field}: was ${was}, is ${is}`;
  return notable === undefined ? `${change}.` : `${change}. Notable: ${notable}.`;
}

function changesOf(contract: string, was: Work, is: Work): WorkChange[] {
  const changes: WorkChange[] = [];
  if (was.maxMs !== is.maxMs) {
    const notable = maxMsNotable(was.maxMs, is.maxMs);
    changes.push({ contract, field: 'maxMs', was: limitText(was.maxMs), is: limitText(is.maxMs), notable });
  }
  if (was.fallback !== is.fallback) {
    const notable = fallbackNotable(was.fallback, is.fallback);
    changes.push({ contract, field: 'fallback', was: was.fallback, is: is.fallback, notable });
  }
  if (was.lanes !== is.lanes) {
    const notable = is.lanes === 'fixed' ? 'a call waits for its lane even if op-servers listen on others' : undefined;
    changes.push({ contract, field: 'lanes', was: was.lanes, is: is.lanes, notable });
  }
  return changes;
}

function maxMsNotable(was = Number.POSITIVE_INFINITY, is = Number.POSITIVE_INFINITY): string | undefined {
  return is < was ? `handlers that run for more than ${is} ms fail now` : undefined;
}

function fallbackNotable(was: Work['fallback'], is: Work['fallback']): string | undefined {
  if (is === 'never') return 'a call without an op-server waits until its deadline; calc-servers computed it before';
  if (was === 'late') return 'a call that is late is no longer computed by the calc-server';
  return 'calc-servers now compute calls that only op-servers computed before';
}

function limitText(maxMs: number | undefined): string {
  return maxMs === undefined ? 'no limit' : `${maxMs} ms`;
}
