import type { Role, TopicKindName } from '@cateto/contracts';
import { isLane, roleTable, topicKindName, topicPrefix, topicShape } from '@cateto/contracts';
import type { Grant } from './access.ts';

/*
 * The topics that a key may publish, and those to which it may subscribe: the row of its roles in the table of topics,
 * narrowed by the operations, lanes and formulas of its entry. A broker reads topics, never bodies, so formulas do not
 * narrow operands: a client that may not receive the results of a formula can still send requests for it.
 */

export type Action = 'publish' | 'subscribe';

/** @param topic with its address, or the prefix of an observer */
export function rights(grant: Grant, action: Action, topic: string): boolean {
  const shape = topicShape(topic);
  if (shape === undefined) return action === 'subscribe' && mayOverhear(grant, topic);
  // Only a broker announces brokers, and it does so on the connections of others.
  if (shape.shape === 'marker') return false;
  const kind = topicKindName(shape.route);
  if (kind === undefined) return false;
  const isOwn = shape.address.startsWith(grant.addressPrefix);
  // A participant hears its own hello, which tells it that answers arrive.
  if ((action === 'subscribe' || kind === 'hello') && !isOwn) return false;
  const of = action === 'publish' ? 'publishes' : 'receives';
  return grant.roles.some((role) => roleTable[role][of].has(kind) && isWithin(grant, role, kind, shape.route));
}

/** Whether the operation, lane or formula of a topic is one of the grant's. */
function isWithin(grant: Grant, role: Role, kind: TopicKindName, route: string): boolean {
  const [, name = '', , lane] = route.split('.');
  switch (kind) {
    case 'operationRequest':
    case 'operationResult':
      return isOperation(grant, name) && isLaneOf(grant, Number(lane));
    case 'formulaResult':
      return grant.formulas?.has(name) ?? true;
    case 'eventsRequest':
    case 'eventsResult':
      // Events tell of everything in the system.
      return role !== 'observer' || !isNarrow(grant);
    default:
      return role !== 'observer' || kind !== 'operand' || grant.formulas === undefined;
  }
}

/** Whether the entry of the key has limits beyond its roles. */
function isNarrow({ operations, lanes, formulas }: Grant): boolean {
  return operations !== undefined || lanes !== undefined || formulas !== undefined;
}

function isOperation({ operations }: Grant, name: string): boolean {
  return operations?.has(name) ?? true;
}

function isLaneOf({ lanes }: Grant, lane: number): boolean {
  return lanes === undefined || (isLane(lane) && lanes.has(lane));
}

/** The prefixes of several kinds of topics: all requests of an operation, or all results of its name. */
const wholeName = /^calc\.([a-z][a-zA-Z0-9]{0,31})\.(request|result)\.$/;

/** Whether an observer may read every topic that begins like this. */
function mayOverhear(grant: Grant, prefix: string): boolean {
  if (!grant.roles.includes('observer')) return false;
  const { lanes, formulas } = grant;
  if (!isNarrow(grant)) return prefix.startsWith(topicPrefix);
  if (!prefix.endsWith('.')) return false;
  const [, name = '', direction] = wholeName.exec(prefix) ?? [];
  if (name !== '' && name !== 'status' && name !== 'events') {
    const isOfFormulas = direction === 'request' || (formulas?.has(name) ?? true);
    return lanes === undefined && isOperation(grant, name) && isOfFormulas;
  }
  const route = prefix.slice(0, -1);
  const kind = topicKindName(route);
  return kind !== undefined && roleTable.observer.overhears.has(kind) && isWithin(grant, 'observer', kind, route);
}
