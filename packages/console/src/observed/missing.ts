import type { Catalogue } from '@cateto/contracts';
import type { BrokerView } from '@cateto/sdk';
import type { Missing } from '../shared/state.ts';

/** The missing parts of a status, with their consequences for calls. Servers of one operation are one entry. */
export function missingWithMeaning(
  missing: readonly string[],
  catalogue: Catalogue,
  brokers: readonly Pick<BrokerView, 'endpoint'>[] = [],
): Missing[] {
  const lanes = new Map<string, string[]>();
  const found: Missing[] = [];
  const noCalcServer: string[] = [];
  for (const what of missing) {
    const [, formula] = /^a calc-server for (\w+)$/.exec(what) ?? [];
    const [, operation, lane] = /^an op-server for (\w+)(?: on lane (\d))?$/.exec(what) ?? [];
    if (formula !== undefined) noCalcServer.push(formula);
    else if (operation !== undefined)
      lanes.set(operation, [...(lanes.get(operation) ?? []), ...(lane === undefined ? [] : [lane])]);
    else found.push(brokerMissing(what, brokers));
  }
  if (noCalcServer.length > 0) {
    found.push({
      what: `No calc-server serves ${listed(noCalcServer)}`,
      meaning: 'Calls wait until one starts, and fail at their deadline.',
      severe: true,
    });
  }
  return [...found, ...operationsMissing(lanes, catalogue)];
}

function brokerMissing(what: string, brokers: readonly Pick<BrokerView, 'endpoint'>[]): Missing {
  if (what === 'an active broker') {
    return {
      what: 'No broker is active',
      meaning: 'Calls wait until a broker becomes active, and fail at their deadline.',
      severe: true,
    };
  }
  if (what === 'exactly one active broker') {
    return { what: 'Two brokers are active', meaning: 'One of them steps down when it hears the other.', severe: true };
  }
  const [, endpoint] = /^broker (.*)$/.exec(what) ?? [];
  return {
    what: `The ${brokers[1]?.endpoint === endpoint ? 'backup' : 'primary'} broker is unreachable at ${endpoint ?? what}`,
    meaning: 'Calls pass through the other broker. If that one fails too, all calls wait.',
    severe: false,
  };
}

/** Operations with the same lanes and the same policy share an entry. */
function operationsMissing(lanes: ReadonlyMap<string, readonly string[]>, { operations }: Catalogue): Missing[] {
  const grouped = new Map<string, string[]>();
  for (const [operation, missing] of lanes) {
    const key = `${operations[operation]?.work.fallback === 'never' ? 'never' : 'own'} ${missing.join(', ')}`;
    grouped.set(key, [...(grouped.get(key) ?? []), operation]);
  }
  return Array.from(grouped, ([key, names]) => {
    const [policy, ...rest] = key.split(' ');
    const on = rest.join(' ');
    const lanesText = on === '' ? '' : ` on ${on.includes(',') ? 'lanes' : 'lane'} ${on}`;
    return {
      what: `No op-server serves ${listed(names)}${lanesText}`,
      meaning:
        policy === 'never'
          ? 'Calls of these operations fail.'
          : 'The calc-server computes them itself, and has less time for other requests.',
      severe: policy === 'never',
    };
  });
}

function listed(names: readonly string[]): string {
  if (names.length > 5) return `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
