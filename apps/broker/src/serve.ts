import { brokerSettings, brokerValues, runServer } from '@cateto/app-kit';
import { startRelay } from '@cateto/bus/broker';

await runServer({
  name: 'broker',
  description: 'The primary broker: forwards messages, or stands by while the backup forwards them.',
  settings: brokerSettings,
  start: (given, onEvent) => startRelay({ rank: 'primary', onEvent, ...brokerValues('primary', given) }),
});
