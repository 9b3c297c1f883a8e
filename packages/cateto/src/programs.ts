import type { Program } from './apps.ts';
import { apps } from './apps.ts';

export const programs: Readonly<Record<string, Program>> = {
  ...apps,
  completion: {
    about: 'prints a completion script for a shell: completion bash',
    load: () => import('./completion/main.ts'),
  },
};
