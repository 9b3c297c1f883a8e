/** Where a process answers HTTP requests about itself. */
export interface HttpAddress {
  readonly host: string;
  /** 0 lets the system choose a port. */
  readonly port: number;
}

/** Reads `address:port`. An IPv6 address is in brackets, as in a URL. */
export function parseHttpAddress(text: string): HttpAddress | Error {
  const match = /^(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z._-]+):([0-9]{1,5})$/.exec(text);
  if (match === null) return new Error(`${JSON.stringify(text)} is not address:port, such as 127.0.0.1:9464`);
  const [, host = '', port = ''] = match;
  if (Number(port) > 65_535) return new Error(`${JSON.stringify(text)}: ${port} is not a port from 0 to 65535`);
  return { host, port: Number(port) };
}

/** The form that people write: `127.0.0.1:9464`. */
export function formatHttpAddress({ host, port }: HttpAddress): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}
