import { brokerSettings, brokerValues, runServer } from '@cateto/app-kit';
import { startBroker } from '@cateto/bus/broker';

await runServer({
  name: 'broker',
  description: 'The primary broker: forwards messages, or stands by while the backup forwards them.',
  settings: brokerSettings,
  start: (given, onEvent) => startBroker({ rank: 'primary', onEvent, ...brokerValues('primary', given) }),
});
