import { fstatSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';

/**
 * Tells whether two names mean the same file, by the device and number of the file. Both are too long for a double on
 * some file systems. A pipe, a terminal and a device are not files that could be destroyed.
 *
 * @returns undefined for anything but a regular file
 */
export function identityOf(stats: BigIntStats | undefined): string | undefined {
  return stats?.isFile() === true ? `${stats.dev}:${stats.ino}` : undefined;
}

/** The file that a stream of the process was redirected to; undefined for a stream of a test. */
export function statsOfStream(stream: object): BigIntStats | undefined {
  const fd: unknown = 'fd' in stream ? stream.fd : undefined;
  return typeof fd === 'number' ? fstatSync(fd, { bigint: true }) : undefined;
}
