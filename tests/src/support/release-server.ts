import { runServer } from '@cateto/app-kit';
import { serveFormulas, serveOperations } from '@cateto/bus';
import { nodePlatform, zeromqLink } from '@cateto/bus/node';
import type { Changed, Release } from './release-catalogues.ts';
import { releaseCatalogue } from './release-catalogues.ts';

/* An op-server or a calc-server of one release; its environment says which. */

const { RELEASE, CHANGED, SERVES } = process.env;
const { catalogue, handlers, formulas } = releaseCatalogue(RELEASE as Release, CHANGED as Changed);

await runServer({
  name: 'release-server',
  description: 'Serves one release of a catalogue.',
  settings: ['brokers', 'operationTimeoutMs'],
  start({ values: { brokers, operationTimeoutMs } }, onEvent) {
    const shared = { catalogue, handlers, openLink: zeromqLink(brokers), platform: nodePlatform, onEvent };
    return SERVES === 'formulas'
      ? serveFormulas({ ...shared, formulas, operationTimeoutMs })
      : serveOperations({ ...shared, operations: 'all', lanes: 'all' });
  },
});
