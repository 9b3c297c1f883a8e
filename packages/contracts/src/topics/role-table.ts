import type { Role, TopicKind, TopicKindName } from './topic-table.ts';
import { roles, topicTable } from './topic-table.ts';

/*
 * The table of topics, seen from the roles: what each role may do with topics of each kind. roles.ts derives the types
 * of a bus from the same table, so a publish that a broker would refuse does not compile.
 */

export interface RoleRights {
  readonly publishes: ReadonlySet<TopicKindName>;
  /** The kinds of topics to which the role subscribes with its own address. */
  readonly receives: ReadonlySet<TopicKindName>;
  /**
   * The kinds whose topics the role reads by a prefix, whatever their address. An exact subscription of an observer to
   * a request topic would announce a server.
   */
  readonly overhears: ReadonlySet<TopicKindName>;
}

const none: ReadonlySet<TopicKindName> = new Set();
/** Everything else of an observer is a prefix. */
const ownOfObserver: ReadonlySet<TopicKindName> = new Set(['hello', 'eventsResult']);

function kindsOf(role: Role, direction: 'publishedBy' | 'subscribedBy'): ReadonlySet<TopicKindName> {
  const kinds = Object.entries<TopicKind>(topicTable).filter(([, kind]) => kind[direction].includes(role));
  return new Set(kinds.map(([name]) => name as TopicKindName));
}

function rightsOf(role: Role): RoleRights {
  const publishes = kindsOf(role, 'publishedBy');
  const subscribed = kindsOf(role, 'subscribedBy');
  return role === 'observer'
    ? { publishes, receives: ownOfObserver, overhears: subscribed }
    : { publishes, receives: subscribed, overhears: none };
}

export const roleTable = Object.fromEntries(roles.map((role) => [role, rightsOf(role)])) as Readonly<
  Record<Role, RoleRights>
>;
