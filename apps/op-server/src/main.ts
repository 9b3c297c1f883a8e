import { runServer } from '@cateto/app-kit';
import { serveOperations, zeromqLink } from '@cateto/bus';
import { handlers } from '@cateto/compute';
import { calculator } from '@cateto/contracts';

await runServer({
  name: 'op-server',
  description: 'Serves operations on lanes.',
  settings: ['brokers', 'operations', 'lanes'],
  start(given, onEvent) {
    const { brokers, operations, lanes } = given.values;
    const known = Object.keys(calculator.operations);
    const unknown = operations === 'all' ? undefined : operations.find((name) => !known.includes(name));
    if (unknown !== undefined) throw given.fault('operations', `"${unknown}" is not one of ${known.join(', ')}`);
    return serveOperations({
      catalogue: calculator,
      handlers,
      operations,
      lanes,
      openLink: zeromqLink(brokers),
      onEvent,
    });
  },
});
