import { runServer } from '@cateto/app-kit';
import { serveFormulas, zeromqLink } from '@cateto/bus';
import { formulaCodes, handlers } from '@cateto/compute';
import { calculator } from '@cateto/contracts';

await runServer({
  name: 'calc-server',
  description: 'Serves formulas: joins operands, asks op-servers, falls back, combines.',
  settings: ['brokers', 'operationTimeoutMs', 'exposeErrors'],
  start({ values: { brokers, operationTimeoutMs, exposeErrors } }, onEvent) {
    return serveFormulas({
      catalogue: calculator,
      formulas: formulaCodes,
      handlers,
      operationTimeoutMs,
      exposeErrors,
      openLink: zeromqLink(brokers),
      onEvent,
    });
  },
});
