import { brokerSecurity, brokerSettings, brokerValues, onReloadSignal, runServer } from '@cateto/app-kit';
import { startSecuredBroker } from '@cateto/bus/broker';

await runServer({
  name: 'backup',
  description: 'The backup broker: stands by, and forwards messages when the primary broker is gone.',
  settings: brokerSettings,
  start(given, onEvent) {
    const values = brokerValues('backup', given);
    const security = brokerSecurity('backup', given);
    if (security !== undefined) onReloadSignal(security.access.reload);
    return startSecuredBroker({ rank: 'backup', onEvent, ...values, security });
  },
});
