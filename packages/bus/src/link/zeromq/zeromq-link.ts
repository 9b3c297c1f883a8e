import type { BrokerEndpoint } from '@cateto/contracts';
import type { OpenLink } from '../link.ts';
import { participantLink } from '../participant-link.ts';
import type { DialKeys } from './keys.ts';
import { participantSockets, participantSocketsWith } from './sockets.ts';

/**
 * The link of a participant on real sockets.
 *
 * @param keys of the participant and of these brokers
 */
export function zeromqLink(brokers: readonly BrokerEndpoint[], keys?: DialKeys): OpenLink {
  if (keys === undefined) return participantLink(participantSockets, brokers);
  const { addressPrefix } = keys;
  const openLink: OpenLink = (events, duty) =>
    participantLink(participantSocketsWith(keys, duty.roles), brokers)(events, duty);
  return Object.assign(openLink, { addressPrefix });
}
