import type { Faults } from './fault.ts';
import { faulty } from './fault.ts';
import { levelsMax, pathSeparator, scanJson } from './json-scan.ts';

/*
 * JSON whose values know their lines. A member that occurs twice is refused: a reader would see only one of them.
 * JSON.parse is quick, and a broker reads its list while it forwards. So the text is scanned for lines only when
 * something is wrong with it.
 */

export interface JsonSource {
  readonly value: unknown;
  /** The line of a value, or of the nearest one around it. `path` has names and indexes. */
  lineOf(path: readonly PropertyKey[]): number;
}

export function parseJson(text: string): JsonSource | Faults {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return scannedFault(text);
  }
  const members = countMembers(value);
  if (members === undefined || members !== countColons(text)) return scannedFault(text);
  let offsets: ReadonlyMap<string, number> | undefined;
  return {
    value,
    lineOf(path) {
      offsets ??= scanJson(text).offsets;
      const steps = path.map((step) => pathSeparator + String(step));
      while (steps.length > 0 && !offsets.has(steps.join(''))) steps.pop();
      return lineAt(text, offsets.get(steps.join('')) ?? 0);
    },
  };
}

/** The fault of a text that JSON.parse refuses, or in which a member occurs twice. */
function scannedFault(text: string): Faults {
  const { fault } = scanJson(text);
  if (fault === undefined) return faulty('not JSON');
  const [, ...steps] = fault.path.split(pathSeparator);
  const field = fault.isTwice ? fieldText(steps) : '';
  return faulty(fault.message, field, lineAt(text, fault.offset));
}

/** `keys[3].roles[0]` */
export function fieldText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (/^\d+$/.test(String(step)) ? `[${String(step)}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** How many members all objects in a value have; undefined when it is nested too deeply. */
function countMembers(value: unknown): number | undefined {
  let members = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levelsMax) return undefined;
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      const children: unknown[] = Object.values(one);
      if (!Array.isArray(one)) members += children.length;
      for (const child of children) if (typeof child === 'object') next.push(child);
    }
    level = next;
  }
  return members;
}

/** Each member has one colon outside of texts. */
function countColons(text: string): number {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
  let colons = 0;
  for (let at = bare.indexOf(':'); at >= 0; at = bare.indexOf(':', at + 1)) colons += 1;
  return colons;
}
