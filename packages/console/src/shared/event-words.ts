/* What the events of a failover say about their process, for people who do not know the names of events. */

const words: Readonly<Record<string, string>> = {
  active: 'became active',
  'active-broker-lost': 'lost its connection to the active broker',
  'active-broker-reached': 'reaches an active broker again',
  'broker-down': 'no longer hears the other broker',
  'broker-reached': 'reaches a broker again',
  'broker-unreachable': 'has not reached a broker for seconds',
  'broker-up': 'hears the other broker',
  draining: 'was told to end',
  fallback: 'computed a call itself',
  killed: 'was killed',
  leaving: 'left',
  'listener-down': 'no longer reaches a server',
  'listener-up': 'reaches a server',
  paused: 'was stopped',
  'process-ended': 'was found to have ended',
  'process-started': 'was started',
  ready: 'is ready',
  resumed: 'was resumed',
  standby: 'became standby',
  stopped: 'ended in order',
  'told-to-end': 'was told to end',
  unheard: 'was no longer heard by the other broker',
  unreachable: 'became unreachable',
};

/**
 * `was killed`, or `no longer reaches op-server-2` when the details name the server; undefined for events without words of
 * their own.
 */
export function eventWords(event: string, details = ''): string | undefined {
  if (!Object.hasOwn(words, event)) return undefined;
  const [, server] = /^address=(\S+) routes=/.exec(details) ?? [];
  return server === undefined ? words[event] : words[event]?.replace('a server', server);
}
