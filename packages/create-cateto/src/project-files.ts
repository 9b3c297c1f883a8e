import { moduleText } from './template/module.ts';
import { readmeText } from './template/readme.ts';
import { testText } from './template/test.ts';
import { versions } from './versions.ts';
import type { ProjectFiles } from './write-project.ts';

/**
 * The files of a new project. It is TypeScript that `tsc` compiles into `dist`: that is the same on every supported Node,
 * and only newer ones run TypeScript themselves.
 *
 * @param folder the name of its folder, from which the project gets its name
 */
export function projectFiles(folder: string): ProjectFiles {
  const name = packageName(folder);
  return {
    'package.json': json(manifest(name)),
    'tsconfig.json': json(compiler),
    'pnpm-workspace.yaml': workspace,
    // The secret keys of `cateto key`.
    '.gitignore': 'node_modules\ndist\n*.key_secret\n',
    'README.md': readmeText(name),
    'src/primes.ts': moduleText,
    'src/primes.test.ts': testText,
  };
}

/** A name that npm accepts. npm does not install a package into one of the same name. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '')
    .slice(0, 214);
  if (name === '') return 'my-system';
  const { dependencies, devDependencies } = manifest(name);
  return name === 'favicon.ico' || name in dependencies || name in devDependencies ? `${name}-system` : name;
}

function manifest(name: string) {
  const { cateto, zod, typescript } = versions;
  return {
    name,
    private: true,
    type: 'module',
    scripts: {
      build: 'tsc',
      test: 'tsc && node --test dist/primes.test.js',
      cluster: 'tsc && cateto cluster --catalogue ./dist/primes.js',
      calc: 'cateto client --catalogue ./dist/primes.js',
    },
    dependencies: { '@cateto/contracts': cateto, cateto, zod },
    devDependencies: { '@cateto/sdk': cateto, '@types/node': versions['@types/node'], typescript },
    engines: { node: '>=20.19' },
  };
}

const compiler = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
    sourceMap: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    rewriteRelativeImportExtensions: true,
  },
  include: ['src'],
};

/** pnpm asks which dependencies may run build scripts. zeromq contains its built library. npm does not read this file. */
const workspace = 'allowBuilds:\n  zeromq: false\n';

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
