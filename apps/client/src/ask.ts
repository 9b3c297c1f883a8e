import { argumentsOf } from '@cateto/app-kit';
import { calculator } from '@cateto/contracts';
import { processIo } from './process-io.ts';
import { programName } from './program-name.ts';
import { run } from './run.ts';

process.exitCode = await run(argumentsOf(process.argv), {
  io: processIo(programName()),
  catalogue: calculator,
  // Loaded only when a command uses the bus: not for --help, a typing error or the list of formulas.
  connect: async (settings) => (await import('@cateto/sdk')).connect({ catalogue: calculator, ...settings }),
});
