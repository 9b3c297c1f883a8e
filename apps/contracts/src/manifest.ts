import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The name and version for documents about a catalogue. */
export interface Manifest {
  readonly title: string;
  readonly version: string;
  readonly license: string | undefined;
}

/** The name, version and licence of the package that a module belongs to. */
export function manifestOf(module: URL): Manifest {
  const found = nearest(dirname(fileURLToPath(module)));
  const read = found === undefined ? {} : (JSON.parse(readFileSync(found, 'utf8')) as Record<string, unknown>);
  const text = (key: string): string | undefined => (typeof read[key] === 'string' ? read[key] : undefined);
  return { title: text('name') ?? 'Own catalogue', version: text('version') ?? '0.0.0', license: text('license') };
}

function nearest(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? undefined : nearest(dirname(folder));
}
