import { catetoVersion } from '@cateto/app-kit';

/*
 * The versions that a project depends on. All packages of Cateto have one version. Zod must be the version that
 * `@cateto/contracts` depends on, because another Zod could give other hashes. A test compares the others with the
 * versions that this repository is tested with.
 */

export const versions: Readonly<Record<'cateto' | 'zod' | 'typescript' | '@types/node', string>> = {
  cateto: catetoVersion(),
  zod: '4.6.7',
  typescript: '7.0.2',
  '@types/node': '20.19.0',
};
