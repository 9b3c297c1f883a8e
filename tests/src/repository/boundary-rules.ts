/*
 * Rules that the linter cannot check: computed imports, what the pure packages may not use, and where the environment
 * is read. import-rules.ts has the table of imports.
 */

/** Packages without Node, clock and randomness. */
const pure: ReadonlySet<string> = new Set(['packages/contracts', 'packages/protocol', 'packages/compute']);
const impurities = /\b(?:Date\.now|new Date|Math\.random|performance\.|setTimeout|setInterval|setImmediate|process\.)/;

/** Users name the module that the threads load, so this import cannot be a literal. */
const moduleLoaders: ReadonlySet<string> = new Set([
  'packages/bus/src/threads/load-handlers.ts',
  'packages/app-kit/src/catalogue-module.ts',
]);
const environmentReaders = /^packages\/(?:app-kit\/src\/|sdk\/src\/environment\.ts$)/;

/** Forms of import whose target no check can read. */
const unreadableImports = /\bimport\s*\(\s*[^'"\s]|\brequire\s*\(|\bcreateRequire\b/;

/**
 * The rules that a source breaks, each as one line that names the file.
 *
 * @param path from the repository's root, with slashes
 */
export function violations(path: string, source: string): string[] {
  const [kind = '', name = ''] = path.split('/');
  const owner = `${kind}/${name}`;
  if (/\.(?:test|test-d|test-support)\.ts$/.test(path)) return [];
  const code = withoutComments(source);
  const found: string[] = [];
  if (unreadableImports.test(code) && !moduleLoaders.has(path))
    found.push(`${path}: an import that is not a literal cannot be checked`);
  if (pure.has(owner) && impurities.test(code)) found.push(`${path}: a clock, chance or Node in a pure package`);
  if (owner === 'packages/protocol' && /\basync\s|\bawait\s|\bconsole\./.test(code)) {
    found.push(`${path}: async or logging in protocol`);
  }
  if (/\bprocess(?:\.env\b|\[)|\{[^}]*\benv\b[^}]*\} = process\b/.test(code) && !environmentReaders.test(path)) {
    found.push(`${path}: the environment is read in app-kit and in sdk/src/environment.ts only`);
  }
  return found;
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`])\/\/[^\n]*/g, '$1');
}
