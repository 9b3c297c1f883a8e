import { serve } from '@cateto/sdk';
import { slowCatalogue, slowFormulas } from '@cateto/verification/support/slow-catalogue.ts';

/*
 * `early-end-program.ts <brokers>` serves until SIGTERM, as the programs of examples/ do, and reports its state on
 * stdout.
 */

const [, , brokers = ''] = process.argv;
const service = await serve({
  catalogue: slowCatalogue,
  brokers,
  formulas: slowFormulas,
  handlers: { slow: (input) => input },
});
async function end(): Promise<void> {
  await service.drain();
  const timers = process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout');
  process.stdout.write(`${timers.length} timers left\n`);
}

process.once('SIGTERM', () => void end());
process.stdout.write('waiting\n');
process.stdout.write(`ready: ${await service.ready}\n`);
