import type { Access, AccessEvents, AccessSource } from '../access.ts';
import { createAccess } from '../access.ts';
import { KeyFileFault } from '../fault.ts';
import { accessIn } from './key-files.ts';
import { prefixOf } from './key-pair.ts';
import { readText } from './text-file.ts';

/*
 * An access list that is read again when its file changes. A list with a fault changes nothing. The file is read and
 * compared every second: notices of the file system miss files that are replaced, linked, or on another host, and
 * `watchFile` misses a change before its first look, which comes late on a busy machine.
 */

export interface WatchedAccess extends AccessSource {
  /** Reads the file now. */
  reload(): void;
}

const lookEveryMs = 1_000;

/** @throws KeyFileFault when the file cannot be used */
export function openAccess(file: string): WatchedAccess {
  /** As it was read last; undefined when it could not be read. */
  let text: string | undefined = readText(file).text;
  const first = accessOf(file, text);
  let events: AccessEvents | undefined;
  let looking: NodeJS.Timeout | undefined;

  function reload(): void {
    text = undefined;
    try {
      const next = readText(file).text;
      text = next;
      events?.reloaded(accessOf(file, next));
    } catch (error) {
      if (!(error instanceof KeyFileFault)) throw error;
      events?.unreadable(error.message);
    }
  }

  function look(): void {
    if (textOf(file) !== text) reload();
  }

  return {
    first,
    watch(taken) {
      events = taken;
      looking = setInterval(look, lookEveryMs).unref();
      // The file may have changed since it was read first.
      look();
    },
    reload,
    close() {
      events = undefined;
      clearInterval(looking);
    },
  };
}

function accessOf(file: string, text: string): Access {
  return createAccess(accessIn(file, text), prefixOf);
}

function textOf(file: string): string | undefined {
  try {
    return readText(file).text;
  } catch {
    return undefined;
  }
}
