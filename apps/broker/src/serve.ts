import { brokerSettings, brokerValues, runServer } from '@cateto/app-kit';
import { startRelay } from '@cateto/bus/relay';

await runServer({
  name: 'broker',
  description: 'The primary broker: forwards messages, or stands by while the backup does.',
  settings: brokerSettings,
  start: (given, onEvent) => startRelay({ rank: 'primary', onEvent, ...brokerValues('primary', given) }),
});
