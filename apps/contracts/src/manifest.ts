import { SettingFault, textOf } from '@cateto/contracts';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The name and version for documents about a catalogue. */
export interface Manifest {
  readonly title: string;
  readonly version: string;
  readonly license: string | undefined;
}

/**
 * The name, version and licence of the package that a module belongs to.
 *
 * @throws SettingFault that names the file, when the manifest of the package cannot be read
 */
export function manifestOf(module: URL): Manifest {
  const found = nearest(dirname(fileURLToPath(module)));
  const read = found === undefined ? {} : contentOf(found);
  const text = (key: string): string | undefined => (typeof read[key] === 'string' ? read[key] : undefined);
  return { title: text('name') ?? 'Own catalogue', version: text('version') ?? '0.0.0', license: text('license') };
}

/** @throws SettingFault that names the file, when it is not a JSON object */
function contentOf(file: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SettingFault(`${file} cannot be read as JSON: ${textOf(error)}`, { cause: error });
  }
  if (typeof content === 'object' && content !== null) return content as Record<string, unknown>;
  throw new SettingFault(`${file} is not a JSON object; correct or remove it`);
}

function nearest(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? undefined : nearest(dirname(folder));
}
