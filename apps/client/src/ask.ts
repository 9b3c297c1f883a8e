import type { CatalogueModule } from '@cateto/app-kit';
import { argumentsOf, endOnSignal, environment, exitCodeOf, loadCatalogue, written } from '@cateto/app-kit';
import { calculator, readSetting, SettingFault, settings as declared } from '@cateto/contracts';
import { takeCatalogue } from './catalogue/take-catalogue.ts';
import { processIo } from './process-io.ts';
import { programName } from './program-name.ts';
import { run } from './run.ts';

const io = processIo(programName());
const { given, rest } = takeCatalogue(argumentsOf(process.argv));

try {
  const module = await load();
  process.exitCode = await run(rest, {
    io,
    catalogue: module.catalogue,
    catalogueGiven: given,
    startedMs: 0,
    // Loaded only when a command uses the bus: not for --help, a typing error or the list of formulas.
    connect: async (settings) => (await import('@cateto/sdk')).connect({ catalogue: module.catalogue, ...settings }),
  });
} catch (error) {
  if (!(error instanceof SettingFault)) throw error;
  process.exitCode = exitCodeOf(error, (line) => io.stderr.write(`${programName()}: ${line}\n`));
}

// The command is over. Code of the catalogue may keep the process running, and nothing would listen to a signal.
endOnSignal();
if (io.signal.aborted) {
  await written(io.stderr);
  process.exit();
}

function load(): Promise<CatalogueModule> {
  const name = readSetting('catalogue', { flag: given, variable: environment()[declared.catalogue.variable] });
  return loadCatalogue(name, () => Promise.resolve({ catalogue: calculator }));
}
