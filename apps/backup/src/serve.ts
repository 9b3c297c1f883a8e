import { brokerSettings, brokerValues, runServer } from '@cateto/app-kit';
import { startBroker } from '@cateto/bus/broker';

await runServer({
  name: 'backup',
  description: 'The backup broker: stands by, and forwards messages when the primary broker is gone.',
  settings: brokerSettings,
  start: (given, onEvent) => startBroker({ rank: 'backup', onEvent, ...brokerValues('backup', given) }),
});
