import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

/*
 * This system as one more peer of the benchmark that runs the same job on other systems: `node run.mjs --add
 * <path to this file>`, after `pnpm build`. Two brokers always, for that is what it is: the standby's cost counts.
 */

const ports = [17500, 17510];
const brokers = ports.map((port) => `127.0.0.1:${port}:${port + 1}:${port + 2}`).join(',');
const main = (app) => fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));
const env = { CATETO_BROKERS: brokers, CATETO_LOG: 'json' };

function process(name, app, more = {}, port) {
  return { name, cmd: [execPath, main(app)], env: { ...env, ...more }, ...(port === undefined ? {} : { port }) };
}

export default {
  title: 'Cateto',
  packages: ['zeromq'],
  broker: 'cateto',
  brokersWhenKilled: 2,
  client: new URL('client.mjs', import.meta.url).href,
  stack({ opReplicas, calcReplicas }) {
    const count = (n) => Array.from({ length: n }, (_, index) => index);
    return {
      opts: { brokers, timeoutMs: 3_000 },
      specs: [
        process('broker-0', 'broker', {}, ports[0]),
        process('broker-1', 'backup', {}, ports[1]),
        ...count(opReplicas).map((index) => process(`op-a-${index}`, 'op-server', { CATETO_LANES: '1' })),
        ...count(opReplicas).map((index) => process(`op-b-${index}`, 'op-server', { CATETO_LANES: '2' })),
        ...count(calcReplicas).map((index) => process(`calc-${index}`, 'calc-server')),
      ],
    };
  },
};
