import { limits } from '@cateto/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './pages.ts';

/* The bounds of packages/contracts/src/messages/limits.ts as rows of the table of docs/limits.md. */

const source = readFileSync(join(repository, 'packages/contracts/src/messages/limits.ts'), 'utf8');

/** One row for each constant: its name, its value, and its comment. */
export function expectedRows(): readonly string[] {
  const declared = [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+)/g)];
  return declared.map(([, comment = '', name = '']) => {
    const value = (limits as Readonly<Record<string, number>>)[name] ?? Number.NaN;
    const text = comment.replaceAll(/\s*\n \* ?/g, ' ').trim();
    return `| \`${name}\` | ${grouped(value)} | ${text} |`;
  });
}

/** The names of all constants, with or without a comment. */
export const declaredNames: readonly string[] = Object.keys(limits);

/** `10,000` */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
