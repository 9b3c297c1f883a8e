import type { Access, AccessEvents, AccessSource } from '../access.ts';
import { createAccess } from '../access.ts';
import { createAccessReader } from '../access-list.ts';
import { KeyFileFault } from '../fault.ts';
import { whole } from './key-files.ts';
import { prefixOf } from './key-pair.ts';
import { readTrusted } from './text-file.ts';

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
  const read = accessReader(file);
  /** As it was read last; undefined when it could not be read. */
  let text: string | undefined = readTrusted(file);
  const first = read(text);
  let events: AccessEvents | undefined;
  let looking: NodeJS.Timeout | undefined;

  function reload(): void {
    text = undefined;
    try {
      const next = readTrusted(file);
      text = next;
      events?.reloaded(read(next));
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

/** Reads the texts of one file. It keeps what it has computed for a key, as long as the next text has the same key. */
function accessReader(file: string): (text: string) => Access {
  let prefixes = new Map<string, string>();
  let used = prefixes;
  const prefixOnce = (publicKey: string): string => {
    const prefix = used.get(publicKey) ?? prefixes.get(publicKey) ?? prefixOf(publicKey);
    used.set(publicKey, prefix);
    return prefix;
  };
  const read = createAccessReader(prefixOnce);
  return (text) => {
    used = new Map();
    const access = createAccess(whole(file, read(text)), prefixOnce);
    prefixes = used;
    return access;
  };
}

function textOf(file: string): string | undefined {
  try {
    return readTrusted(file);
  } catch {
    return undefined;
  }
}
