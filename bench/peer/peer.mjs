import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

/*
 * This system as one more peer of the benchmark that runs the same job on other systems: `node run.mjs --add
 * <path to this file>`, after `pnpm build`. It always has two brokers, so the cost of the standby counts.
 *
 * `work` describes the system for work that takes time: `pnpm bench --only work` measures it beside the peers of `../peers`.
 */

const ports = [17500, 17510];
const brokers = ports.map((port) => `127.0.0.1:${port}:${port + 1}:${port + 2}`).join(',');
const main = (app) => fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));
const env = { CATETO_BROKERS: brokers, CATETO_LOG: 'json' };

function process(name, app, more = {}, port) {
  return { name, cmd: [execPath, main(app)], env: { ...env, ...more }, ...(port === undefined ? {} : { port }) };
}

/** Two brokers, and servers with one slot each, as `serve()` creates them: operations and formulas in one process. */
const work = {
  client: new URL('../dist/work/client.js', import.meta.url).href,
  stack({ servers, threads, concurrency, timeoutMs, ports: free }) {
    const [first, second] = [free.slice(0, 3), free.slice(3, 6)];
    const both = [first, second].map((three) => `127.0.0.1:${three.join(':')}`).join(',');
    const broker = (name, app, [port]) => process(name, app, { CATETO_BROKERS: both, CATETO_LOG_LEVEL: 'warn' }, port);
    return {
      opts: { brokers: both, timeoutMs },
      specs: [
        broker('broker-0', 'broker', first),
        broker('broker-1', 'backup', second),
        ...Array.from({ length: servers }, (_, index) => ({
          name: `server-${index}`,
          node: fileURLToPath(new URL('../dist/work/server.js', import.meta.url)),
          opts: { brokers: both, threads, concurrency },
        })),
      ],
    };
  },
};

export default {
  title: 'Cateto',
  packages: ['zeromq'],
  broker: 'cateto',
  brokersWhenKilled: 2,
  work,
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
