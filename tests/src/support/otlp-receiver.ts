import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import type { ReceivedSpan } from './otlp-protobuf.ts';
import { spansIn } from './otlp-protobuf.ts';

/** A receiver of traces by OTLP over HTTP. */
export interface OtlpReceiver {
  /** The variables with which a process sends its traces here, soon after each span has ended. */
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
  /** The types of content that were sent. */
  readonly types: ReadonlySet<string>;
  spans(): readonly ReceivedSpan[];
  /** Waits until the spans are as wanted. */
  until(wanted: (spans: readonly ReceivedSpan[]) => boolean): Promise<unknown>;
}

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const types = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      types.add(`${request.url} ${request.headers['content-type']}`);
      spans.push(...spansIn(Buffer.concat(chunks)));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    types,
    environment: {
      CATETO_OTEL: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      // A full queue loses spans.
      OTEL_BSP_MAX_QUEUE_SIZE: '100000',
    },
    spans: () => spans,
    until: (wanted) => vi.waitUntil(() => wanted(spans), { timeout: 60_000, interval: 50 }),
  };
}
