import type { Program } from './programs.ts';

export function usage(programs: Readonly<Record<string, Program>>): string {
  const width = Math.max(...Object.keys(programs).map((name) => name.length));
  return [
    'Usage: cateto <program> [arguments]',
    '',
    ...Object.entries(programs).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`),
    '',
    'cateto <program> --help lists its flags; each has an environment variable.',
    '',
  ].join('\n');
}
