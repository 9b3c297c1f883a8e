import type { Program } from './apps.ts';

export const catetoFlags = [
  { names: ['-h', '--help'], description: 'display help for command', value: undefined },
  { names: ['-V', '--version'], description: 'the version of Cateto', value: undefined },
] as const;

export function usage(programs: Readonly<Record<string, Program>>): string {
  const width = Math.max(...Object.keys(programs).map((name) => name.length));
  return [
    'Usage: cateto <program> [arguments]',
    '',
    ...Object.entries(programs).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`),
    '',
    'cateto help <program> lists the flags of a program; most have an environment variable. cateto --version prints the version.',
    '',
  ].join('\n');
}
