import { runServer } from '@cateto/app-kit';
import { serveFormulas, zeromqLink } from '@cateto/bus';
import { formulaCodes, handlers } from '@cateto/compute';
import { calculator } from '@cateto/contracts';

await runServer({
  name: 'calc-server',
  description: 'Serves formulas: joins operands, asks op-servers, falls back, combines.',
  settings: ['brokers', 'operationTimeoutMs'],
  start({ values: { brokers, operationTimeoutMs } }, onEvent) {
    return serveFormulas({
      catalogue: calculator,
      formulas: formulaCodes,
      handlers,
      operationTimeoutMs,
      openLink: zeromqLink(brokers),
      onEvent,
    });
  },
});
