import type { BigIntStats } from 'node:fs';
import { access, constants, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CommandFault } from '../../command-fault.ts';
import type { Io } from '../../context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { cannotUse, isMissing } from '../../file-fault.ts';
import { identityOf, statsOfStream } from './file-identity.ts';
import type { Input } from './open-input.ts';
import { draftOf, markOf } from './formula-mark.ts';
import { refuseUnreplaceable } from './replaceable.ts';

/** The destination of the rows. */
export type Target =
  | { readonly kind: 'stdout' }
  /** A device, a pipe or a descriptor: what is written there cannot be taken back. */
  | { readonly kind: 'direct'; readonly path: string }
  | FileTarget;

/** A file that the rows replace when all of them are written. */
export interface FileTarget {
  readonly kind: 'file';
  /** The path with all symbolic links resolved. */
  readonly path: string;
}

/** These names do not open a file by name, but a file that the process has open already. */
const descriptor = /^\/(?:dev\/(?:fd\/|std(?:in|out|err)$)|proc\/[^/]+\/(?:task\/[^/]+\/)?fd\/)/;

/**
 * Finds out what `--out` names. Changes nothing.
 *
 * @param out a path; stdout when it is undefined or `-`
 * @throws CommandFault when it cannot be written
 */
export async function targetOf(out: string | undefined): Promise<Target> {
  if (out === undefined || out === '-') return { kind: 'stdout' };
  if (out === '') throw usage('--out: it is empty; name a file, or - for stdout');
  try {
    const existing = await statsOf(out);
    if (existing?.isDirectory() === true) throw usage(`${out}: it is a directory`);
    if (existing !== undefined) await access(out, constants.W_OK);
    const isDirect = existing !== undefined && (!existing.isFile() || descriptor.test(resolve(out)));
    if (isDirect) return { kind: 'direct', path: out };
    if (existing === undefined && /[/\\]$/.test(out)) throw usage(`${out}: no such directory`);
    const path = existing === undefined ? await pathOfNew(out) : await realpath(out);
    if (existing !== undefined) await refuseUnreplaceable(path, existing);
    return { kind: 'file', path };
  } catch (error) {
    throw cannotUse(out, error);
  }
}

/**
 * Refuses to write into the input, because that would destroy the input, or never end.
 *
 * @throws CommandFault
 */
export async function refuseSameFile(input: Input, target: Target, { stdout, stderr }: Io): Promise<void> {
  if (input.identity === undefined) return;
  for (const [name, identity] of await writtenFiles(target, { stdout, stderr })) {
    if (identity === input.identity) throw usage(`${name} is the input itself; write to another file`);
  }
}

/** All files that a batch writes, with their names in messages. */
async function writtenFiles(
  target: Target,
  { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>,
): Promise<(readonly [string, string | undefined])[]> {
  const files: (readonly [string, string | undefined])[] = [['stderr', identityOf(statsOfStream(stderr))]];
  if (target.kind === 'stdout') return [...files, ['stdout', identityOf(statsOfStream(stdout))]];
  files.push([`--out: ${target.path}`, await identityAt(target.path)]);
  if (target.kind === 'direct') return files;
  const partial = partialOf(target.path);
  const mark = markOf(partial);
  files.push([`--out: ${partial}, where rows are written first,`, await identityAt(partial)]);
  for (const path of [mark, draftOf(mark)]) {
    files.push([`--out: ${path}, which says what rows are made with,`, await identityAt(path)]);
  }
  return files;
}

async function identityAt(path: string): Promise<string | undefined> {
  try {
    return identityOf(await statsOf(path));
  } catch (error) {
    throw cannotUse(path, error);
  }
}

/** The rows go to this file first. The file itself keeps its content until all rows are written. */
export function partialOf(path: string): string {
  return `${path}.partial`;
}

/** @returns undefined when the file does not exist */
export async function statsOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The path of a file that does not exist yet. A symbolic link may point to it, and its folder must exist. */
async function pathOfNew(path: string): Promise<string> {
  const folder = await realpath(dirname(path));
  const here = join(folder, basename(path));
  const linksTo = await readlink(here).catch((error: unknown) => {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'EINVAL')) return undefined;
    throw error;
  });
  return linksTo === undefined ? here : pathOfNew(resolve(folder, linksTo));
}

function usage(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, message);
}
