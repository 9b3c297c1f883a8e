import { Command, CommanderError } from 'commander';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GeneratedFile } from 'contracts/files';
import type { Draft } from './drafts.ts';
import { generate } from './generate.ts';
import { nameFault } from './names.ts';
import { askForMissing, Interrupted } from './questions.ts';
import type { Given, NewContract } from './request.ts';
import { defaultOperands, RequestFault, requestOf } from './request.ts';

/*
 * `pnpm new:operation` and `pnpm new:formula`. Exit codes: 0 written, 1 failed, 2 wrong usage, 130 interrupted. Files
 * are written only with code 0.
 */

const root = fileURLToPath(new URL('../../../', import.meta.url));

process.exitCode = await run(process.argv.slice(2));

async function run([kind, ...words]: readonly string[]): Promise<number> {
  if (kind !== 'operation' && kind !== 'formula') {
    console.error('usage: pnpm new:operation <name>, pnpm new:formula <name>');
    return 2;
  }
  try {
    // pnpm passes on the -- that npm needs before flags.
    const given = read(
      kind,
      words.filter((word) => word !== '--'),
    );
    const exported = await exportsOfContracts();
    const faultOf = (name: string): string | undefined => nameFault(root, kind, name, exported);
    const request = requestOf(kind, await complete(kind, given, faultOf));
    const written = await generate(root, request, exported, exportedFiles);
    report(written);
    return 0;
  } catch (error) {
    return exitCodeOf(kind, error);
  }
}

function read(kind: NewContract['kind'], words: readonly string[]): Given {
  const command = new Command(`new:${kind}`)
    .description(`Writes a new ${kind}: its contract, its code, a test and a changeset.`)
    .argument('[name]', `what it is called: ${kind === 'operation' ? 'cube, productOfTwo' : 'mean, sumOfSquares'}`)
    .option('-d, --description <line>', 'what comes out, in one line')
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text, write) => write(text.replace('error', `new:${kind}`)) })
    .exitOverride();
  if (kind === 'formula') {
    command.option('-o, --operands <names>', `its operands in order (default: ${defaultOperands})`);
    command.option('--steps', 'its code is a generator: any number of calls, in any number of rounds');
  }
  command.parse(words, { from: 'user' });
  return { ...command.opts<Given>(), name: command.processedArgs[0] as string | undefined };
}

/** Asks for missing values on a terminal. Without a terminal, every value except the name has a default. */
async function complete(
  kind: NewContract['kind'],
  given: Given,
  faultOf: (name: string) => string | undefined,
): Promise<Given & { readonly name: string }> {
  const { name } = given;
  // Check the name before any question: no answer could mend it.
  const fault = name === undefined ? undefined : faultOf(name);
  if (fault !== undefined) throw new RequestFault(fault);
  if (process.stdin.isTTY && process.stdout.isTTY) return askForMissing(kind, given, faultOf);
  if (name === undefined) throw new RequestFault(`usage: pnpm new:${kind} <name>`);
  return { ...given, name };
}

/** @throws Error when the catalogue is already broken */
async function exportsOfContracts(): Promise<ReadonlySet<string>> {
  return new Set(Object.keys(await import('@cateto/contracts')));
}

/**
 * Runs in a process of its own, because this process has loaded the catalogue as it was before.
 *
 * @throws Interrupted on Ctrl-C, Error when the contracts cannot be exported
 */
function exportedFiles(): readonly GeneratedFile[] {
  const program = fileURLToPath(new URL('exported-files.ts', import.meta.url));
  const { status, signal, stdout } = spawnSync(process.execPath, [...process.execArgv, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: Infinity,
  });
  if (signal === 'SIGINT') throw new Interrupted();
  if (status !== 0) throw new Error('the contracts cannot be exported with it; nothing was written');
  return JSON.parse(stdout) as readonly GeneratedFile[];
}

function report(written: readonly Draft[]): void {
  const [contract, code] = written;
  console.log(written.map(({ path }) => `wrote ${path}`).join('\n'));
  console.log('It works as it is: pnpm check is green. To make it yours, edit two files:');
  console.log(`  ${contract?.path}  schemas, example`);
  console.log(`  ${code?.path}  what is computed`);
}

function exitCodeOf(kind: string, error: unknown): number {
  if (error instanceof Interrupted) return 130;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(`new:${kind}: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof RequestFault ? 2 : 1;
}
