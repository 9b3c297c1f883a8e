/*
 * Tells servers that a request is not needed any more, so that they end it (docs/wire.md, "Cancelling"). Every server
 * that may be working on the request is told, in as few messages as possible. If the message is lost, the server works
 * for nothing, like one whose requester died.
 */
import { limits } from '@cateto/contracts';
import type { OpenRequest } from './request.ts';
import { mayRunAt } from './request.ts';
import type { RequesterEffect } from './types.ts';

type Cancel = Extract<RequesterEffect<unknown>, { type: 'cancel' }>;

const { cancelledSeqsMax } = limits;

/**
 * @param answered the address of a server that has answered the requests; the others are told. Probes are answered all
 * the same.
 */
export function cancellations<W>(requests: readonly OpenRequest<W>[], answered?: string): readonly Cancel[] {
  const seqsOf = new Map<string, number[]>();
  for (const request of requests) {
    for (const address of workersOf(request)) {
      if (answered !== undefined && (address === answered || request.probed?.has(address) === true)) continue;
      const seqs = seqsOf.get(address);
      if (seqs === undefined) seqsOf.set(address, [request.call.seq]);
      else seqs.push(request.call.seq);
    }
  }
  const cancels: Cancel[] = [];
  for (const [to, seqs] of seqsOf) {
    for (let from = 0; from < seqs.length; from += cancelledSeqsMax) {
      cancels.push({ type: 'cancel', to, seqs: seqs.slice(from, from + cancelledSeqsMax) });
    }
  }
  return cancels;
}

/**
 * Addresses of the servers that may be working on it. After a failover a server is listed again under the same address.
 */
function workersOf<W>(request: OpenRequest<W>): readonly string[] {
  const asked = new Set([...(request.earlier?.keys() ?? [])].map(({ address }) => address));
  if (request.server !== undefined) asked.add(request.server.address);
  return [...asked].filter((address) => mayRunAt(request, address));
}
