import { connect as dial } from '@nats-io/transport-node';

export async function connect({ servers, timeoutMs }) {
  const connection = await dial({ servers, maxReconnectAttempts: -1 });
  return {
    async call(kind, item, amount) {
      const message = await connection.request(`work.${kind}`, JSON.stringify([item, amount]), { timeout: timeoutMs });
      const code = message.headers?.get('Nats-Service-Error-Code');
      if (code) throw new Error(`${code} ${message.headers.get('Nats-Service-Error')}`);
      return { value: message.json() };
    },
    close: () => connection.close(),
  };
}
