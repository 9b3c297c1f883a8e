import type { CatalogueModule } from '@cateto/app-kit';
import {
  addSettings,
  argumentsOf,
  calledAs,
  checkKeySettings,
  createCommand,
  environment,
  exitCodeOf,
  exitCodes,
  guardOutput,
  isDescribed,
  loadCatalogue,
  onEndSignal,
  onParentGone,
  readSettings,
  signalExitCodes,
  unknownVariables,
  unknownVariableText,
} from '@cateto/app-kit';
import type { HttpAddress } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { connect } from '@cateto/sdk';
import { accessAt, defaultAddress, parseAddress } from './console-address.ts';
import type { Console } from './open-console.ts';
import { openConsole } from './open-console.ts';
import { pageFolder } from './page-folder.ts';

interface Options {
  readonly listen?: HttpAddress;
  readonly allowCalls?: boolean;
}

const settingNames = ['brokers', 'catalogue', 'timeoutMs', 'key', 'brokerKeys'] as const;

/**
 * Runs the console from the command line, until Ctrl-C. It prints what to open in a browser. A mistake of the user is
 * one line on stderr and exit code 2.
 */
export async function runConsole(): Promise<void> {
  const command = createCommand('console', 'Shows the running system on a web page, until Ctrl-C.')
    .option(
      '--listen <address:port>',
      `the address of the page; an address other than loopback needs the token in the printed URL (default ${defaultAddress})`,
      parseAddress,
    )
    .option('--allow-calls', 'let pages on other hosts call formulas too');
  addSettings(command, settingNames);
  if (isDescribed(command)) return;
  const typed = calledAs('console');
  const say = (line: string): void => void process.stderr.write(`${typed}: ${line}\n`);
  guardOutput(typed);

  async function run({ listen = parseAddress(defaultAddress), allowCalls = false }: Options): Promise<void> {
    const given = readSettings(command, settingNames, environment());
    checkKeySettings(given);
    for (const unknown of unknownVariables(environment())) say(unknownVariableText(unknown));
    const { catalogue: module, ...connection } = given.values;
    const { catalogue } = await load(module);
    const opened = await openConsole({
      address: listen,
      ...accessAt(listen, allowCalls),
      page: pageFolder(),
      connect: (onEvent) => connect({ catalogue, ...connection, onEvent }),
    });
    endWithSignal(opened);
    process.stdout.write(`The console is at ${opened.url}\nCtrl-C ends it.\n`);
  }

  try {
    command.parse(argumentsOf(process.argv), { from: 'user' });
    await run(command.opts<Options>());
  } catch (error) {
    process.exitCode = exitCodeOf(error, say);
  }
}

function load(given: string | undefined): Promise<CatalogueModule> {
  return loadCatalogue(given, () => Promise.resolve({ catalogue: calculator }));
}

/** The first signal closes the console, a second one ends it at once. */
function endWithSignal(opened: Console): void {
  let ending = false;
  const end = (): void => {
    ending = true;
    void opened.close().then(() => process.exit(exitCodes.done));
  };
  onEndSignal((signal) => {
    if (!ending) end();
    else if (signal !== 'SIGHUP') process.exit(signalExitCodes[signal]);
  });
  onParentGone(end);
}
