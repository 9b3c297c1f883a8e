/** The addresses of a broker. */
export interface BrokerEndpoint {
  readonly host: string;
  /** Publishers connect here (the broker's XSUB). */
  readonly publishPort: number;
  /** Subscribers connect here (the broker's XPUB). */
  readonly subscribePort: number;
  /** The other broker and status requests connect here. */
  readonly heartbeatPort: number;
}

const defaultPorts = [5555, 5556, 5560] as const;

/** Reads `host[:publish port[:subscribe port[:heartbeat port]]],…`, one or two brokers, the primary first. */
export function parseBrokers(text: string): readonly BrokerEndpoint[] | Error {
  const brokers: BrokerEndpoint[] = [];
  for (const part of text.split(',')) {
    const broker = parseBroker(part.trim());
    if (broker instanceof Error) return broker;
    brokers.push(broker);
  }
  if (brokers.length > 2)
    return new Error(`${JSON.stringify(text)} names ${brokers.length} brokers; one or two are possible`);
  const [primary, backup] = brokers;
  if (primary !== undefined && backup !== undefined && primary.host === backup.host) {
    const shared = portsOf(primary).find((port) => portsOf(backup).includes(port));
    if (shared !== undefined) return new Error(`${JSON.stringify(text)} gives both brokers port ${shared} of one host`);
  }
  return brokers;
}

function parseBroker(text: string): BrokerEndpoint | Error {
  // An IPv6 address is in brackets, as in a URL.
  const match = /^(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z._-]+)((?::[0-9]+){0,3})$/.exec(text);
  if (match === null) {
    return new Error(`${JSON.stringify(text)} is not host[:publish port[:subscribe port[:heartbeat port]]]`);
  }
  const [, host = '', portsText = ''] = match;
  const given = portsText.split(':').slice(1).map(Number);
  const wrong = given.find((port) => port < 1 || port > 65_535);
  if (wrong !== undefined) return new Error(`${JSON.stringify(text)}: ${wrong} is not a port from 1 to 65535`);
  const [publishPort, subscribePort, heartbeatPort] = defaultPorts.map((port, index) => given[index] ?? port) as [
    number,
    number,
    number,
  ];
  const broker = { host, publishPort, subscribePort, heartbeatPort };
  return new Set(portsOf(broker)).size === 3
    ? broker
    : new Error(`${JSON.stringify(text)}: the three ports must differ`);
}

function portsOf(broker: BrokerEndpoint): number[] {
  return [broker.publishPort, broker.subscribePort, broker.heartbeatPort];
}

/** The form that people write: `127.0.0.1:5555:5556:5560`. */
export function formatBroker({ host, publishPort, subscribePort, heartbeatPort }: BrokerEndpoint): string {
  return `${host}:${publishPort}:${subscribePort}:${heartbeatPort}`;
}

const byte = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const loopbackIpv4 = new RegExp(String.raw`^127(?:\.${byte}){3}$`);

/** Whether only this host can reach an address to bind. */
export function isLoopback(address: string): boolean {
  return loopbackIpv4.test(address) || ['localhost', '::1', '[::1]'].includes(address);
}
