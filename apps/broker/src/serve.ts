import { brokerSecurity, brokerSettings, brokerValues, onReloadSignal, runServer } from '@cateto/app-kit';
import { startSecuredBroker } from '@cateto/bus/broker';

await runServer({
  name: 'broker',
  description: 'The primary broker: forwards messages, or stands by while the backup forwards them.',
  settings: brokerSettings,
  start(given, onEvent) {
    const values = brokerValues('primary', given);
    const security = brokerSecurity('primary', given);
    if (security !== undefined) onReloadSignal(security.access.reload);
    return startSecuredBroker({ rank: 'primary', onEvent, ...values, security });
  },
});
