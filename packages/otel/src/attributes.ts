import type { CallEvent } from '@cateto/contracts';
import type { Attributes } from '@opentelemetry/api';

/*
 * Names of attributes and events. Those of calls are OpenTelemetry's conventions for remote procedure calls, the others
 * begin with `cateto.`.
 */

export const attributeNames = {
  system: 'rpc.system.name',
  method: 'rpc.method',
  error: 'error.type',
  request: 'cateto.request.id',
  attempt: 'cateto.request.attempt',
  attempts: 'cateto.call.attempts',
  server: 'cateto.server.address',
  cause: 'cateto.cause',
  queued: 'cateto.queue.duration',
} as const;

export function callAttributes(method: string): Attributes {
  return { [attributeNames.system]: 'cateto', [attributeNames.method]: method };
}

/** The name of a span event, and its attributes. */
export function eventOf(event: CallEvent): readonly [name: string, attributes: Attributes] {
  switch (event.type) {
    case 'sent': {
      const { server, attempt, cause } = event;
      const sent = { [attributeNames.server]: server, [attributeNames.attempt]: attempt };
      return cause === undefined ? ['cateto.sent', sent] : ['cateto.retry', { ...sent, [attributeNames.cause]: cause }];
    }
    case 'held':
      return ['cateto.held', {}];
    case 'broker-lost':
      return ['cateto.broker_lost', {}];
    case 'broker-active':
      return ['cateto.broker_active', {}];
    case 'fallback':
      return ['cateto.fallback', { [attributeNames.cause]: event.cause }];
  }
}
