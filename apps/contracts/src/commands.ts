import type { Command } from 'commander';
import { exitCodes } from '@cateto/app-kit';
import { allowBreaks } from './allow-breaks.ts';
import { checkContracts, isInOrder } from './check-contracts.ts';
import { checkJson, problemLines, summaryLine, verboseLines } from './check-text.ts';
import type { ContractsTarget } from './contract-files.ts';
import { exportContracts } from './export-contracts.ts';
import type { ContractsProject } from './project.ts';

/* The two commands, for `cateto contracts` and for the scripts of a repository. */

export interface ContractsWork {
  readonly target: ContractsTarget;
  readonly project: ContractsProject;
}

/** Finds the catalogue and its files from the flags of a command. */
export type WorkOf = (command: Command) => ContractsWork | Promise<ContractsWork>;

interface CheckOptions {
  readonly allow?: true;
  readonly verbose?: true;
  readonly json?: true;
}

interface ExportOptions {
  readonly release?: boolean;
  readonly json?: true;
}

export function addExport(command: Command, workOf: WorkOf): Command {
  return command
    .description('writes AsyncAPI, JSON Schemas and a reference page from the contracts')
    .option('--release', 'also store the current contracts as those of the last release')
    .option('--json', 'one line of JSON: written, removed')
    .action(async ({ release = false, json }: ExportOptions) => {
      const { target } = await workOf(command);
      const done = exportContracts(target, release);
      if (json === true) return void process.stdout.write(`${JSON.stringify(done)}\n`);
      const lines = [...done.written.map((path) => `wrote ${path}`), ...done.removed.map((path) => `removed ${path}`)];
      process.stdout.write(`${lines.length === 0 ? 'the exported contracts are up to date' : lines.join('\n')}\n`);
    });
}

export function addCheck(command: Command, workOf: WorkOf): Command {
  return command
    .description('reports exported files that are out of date, and changes that break programs of the last release')
    .option('--allow', 'record the breaking changes as intended')
    .option('--verbose', 'list every allowed break and every change of work')
    .option('--json', 'one line of JSON: ok, files, stale, released, breaking, allowed, outdated, workChanges')
    .action(async ({ allow, verbose, json }: CheckOptions) => {
      const { target, project } = await workOf(command);
      const found = checkContracts(target, project.announced);
      const check = allow === true && project.announced ? allowBreaks(target, found) : found;
      const ok = isInOrder(check);
      if (!ok) process.exitCode = exitCodes.failed;
      if (json === true) return void process.stdout.write(`${JSON.stringify(checkJson(check, ok))}\n`);
      for (const line of verbose === true ? verboseLines(check) : []) process.stdout.write(`${line}\n`);
      for (const line of problemLines(check, target, project)) process.stderr.write(`${line}\n`);
      process.stdout.write(`${summaryLine(check, project)}\n`);
    });
}
