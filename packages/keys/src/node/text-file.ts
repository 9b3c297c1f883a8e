import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { faulty, KeyFileFault } from '../fault.ts';

/* Text files of keys and rights. None is ever lost: a new file replaces no other, and a changed one is replaced whole. */

/** 10,000 keys with all their members have less. */
const bytesMax = 8_388_608;

export interface TextFile {
  readonly text: string;
  /** The bits of its permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The bit by which every user of the host may write a file. */
const writableByAll = 0o002;

/** @throws KeyFileFault for a file that cannot be read, or that is larger than such files are */
export function readText(file: string): TextFile {
  return reporting(file, () => {
    const handle = openSync(file, 'r');
    try {
      const { mode, size, uid, gid } = fstatSync(handle);
      if (size > bytesMax) throw faultOf(file, `it has ${size} bytes; ${bytesMax} are possible`);
      return { text: readFileSync(handle, 'utf8'), mode: mode & 0o777, uid, gid };
    } finally {
      closeSync(handle);
    }
  });
}

/** @throws KeyFileFault when the file exists, or cannot be written */
export function writeNew(file: string, text: string, mode: number): void {
  const handle = openNew(file, mode, 'it exists already, and is not overwritten');
  try {
    reporting(file, () => write(handle, text));
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** The text of a file that decides about others. @throws KeyFileFault also when every user of the host may write it */
export function readTrusted(file: string): string {
  const { text, mode } = readText(file);
  // Windows has no such bit.
  if (process.platform !== 'win32' && (mode & writableByAll) !== 0) {
    throw faultOf(file, `every user of this host can change it; check it, and run \`chmod o-w ${file}\``);
  }
  return text;
}

/**
 * Changes a file, or makes it. A reader sees the old text or the new one, never a part of either. Of two programs that
 * change it at once, one is refused. The owner and the permissions stay. So does a symbolic link: the file to which it
 * leads is changed.
 *
 * @param change gets the text, undefined when there is no file; what it throws leaves the file as it is
 * @throws KeyFileFault when it cannot be written, or when another program is changing it
 */
export function replaceText(file: string, change: (text: string | undefined) => string): void {
  const target = linkedFile(file);
  const next = `${target}.new`;
  const handle = openNew(next, 0o644, `another program is changing ${file}; if none is, remove this file`);
  try {
    const present = isThere(target) ? readText(target) : undefined;
    const text = change(present?.text);
    reporting(next, () => {
      if (present !== undefined) keepOwner(handle, file, present);
      write(handle, text);
      renameSync(next, target);
    });
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** The file to which a path leads. @throws KeyFileFault for a link that leads nowhere */
function linkedFile(file: string): string {
  if (!isThere(file)) return file;
  return reporting(file, () => realpathSync(file), { ENOENT: 'it is a link to a file that does not exist' });
}

/** Whether something has this name, also a link that leads nowhere. */
function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Otherwise a list that root changes could not be read by the user of the broker. */
function keepOwner(handle: number, file: string, { mode, uid, gid }: TextFile): void {
  const own = fstatSync(handle);
  if (own.uid !== uid || own.gid !== gid) {
    const owner =
      'it belongs to another user, and would not after this change; run the command as that user or as root';
    reporting(file, () => fchownSync(handle, uid, gid), { EPERM: owner });
  }
  fchmodSync(handle, mode);
}

/** After a power failure, the file has its whole text or does not exist. */
function write(handle: number, text: string): void {
  writeFileSync(handle, text);
  fsyncSync(handle);
}

function openNew(file: string, mode: number, ifPresent: string): number {
  return reporting(file, () => openSync(file, 'wx', mode), { EEXIST: ifPresent });
}

export function faultOf(file: string, message: string): KeyFileFault {
  return new KeyFileFault(file, faulty(message).faults);
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not open it',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'its disk cannot be written',
};

/** Turns an error of the operating system into words. */
function reporting<T>(file: string, run: () => T, more: Readonly<Record<string, string>> = {}): T {
  try {
    return run();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (error instanceof KeyFileFault) throw error;
    throw faultOf(file, more[code] ?? words[code] ?? message);
  }
}
