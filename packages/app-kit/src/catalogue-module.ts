import type { AnyFormulaCode, Catalogue, Handler } from '@cateto/contracts';
import {
  catalogueVersionOf,
  formulaCodesOf,
  isCodeOf,
  knownCatalogueVersion,
  SettingFault,
  textOf,
} from '@cateto/contracts';
import { resolve as resolvePackage } from 'import-meta-resolve';
import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * A catalogue module: an ES module that exports the contracts of a system as `catalogue`, and the code of its servers
 * as `handlers` and `formulas`. Each of these two may be a function that loads them, so that a client need not load the
 * code.
 */

export interface CatalogueModule {
  readonly catalogue: Catalogue;
  /** The URL of the module; undefined for the catalogue of the program itself. */
  readonly url: URL | undefined;
  /** @throws SettingFault when an operation has no handler */
  handlers(): Promise<Readonly<Record<string, Handler>>>;
  /** @throws SettingFault when a formula has no code */
  formulas(): Promise<Readonly<Record<string, AnyFormulaCode>>>;
}

type Exports = Readonly<Record<string, unknown>>;

interface Code {
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly formulas: Readonly<Record<string, AnyFormulaCode>>;
}

/**
 * Loads a catalogue module.
 *
 * @param given a path relative to the working directory, or the name of a package; undefined for the program's own
 * catalogue
 * @param own loads the program's own catalogue
 * @throws SettingFault that names the module and says what is wrong with it
 */
export async function loadCatalogue(given: string | undefined, own: () => Promise<Exports>): Promise<CatalogueModule> {
  const name = given ?? 'the catalogue of this program';
  const url = given === undefined ? undefined : catalogueUrl(given);
  const exports = url === undefined ? await own() : await load(name, url);
  const catalogue = readCatalogue(name, exports);
  return {
    catalogue,
    url,
    handlers: () => codeOf(name, 'handlers', exports, catalogue.operations),
    formulas: async () => formulaCodesOf(catalogue, await codeOf(name, 'formulas', exports, withCode(catalogue))),
  };
}

/**
 * The URL of a catalogue module. A child process gets this URL, because its working directory may differ.
 *
 * @throws SettingFault when there is no such file or package
 */
export function catalogueUrl(given: string, directory: string = process.cwd()): URL {
  if (/^file:/i.test(given)) return new URL(given);
  const path = resolve(directory, given);
  if (existsSync(path)) return pathToFileURL(path);
  if (isAbsolute(given) || /^\.{1,2}(?:[\\/]|$)/.test(given) || /\.[cm]?[jt]s$/.test(given)) {
    throw new SettingFault(`catalogue ${given}: there is no file ${path}`);
  }
  try {
    return new URL(resolvePackage(given, pathToFileURL(`${directory}/`).href));
  } catch (error) {
    throw new SettingFault(`catalogue ${given}: neither a file nor a package here (${textOf(error)})`, {
      cause: error,
    });
  }
}

async function load(name: string, url: URL): Promise<Exports> {
  try {
    return await settled(import(url.href) as Promise<Exports>);
  } catch (error) {
    throw new SettingFault(`catalogue ${name} cannot be loaded: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Waits for what a module does while it loads. If it waits for something that nothing will settle, Node has nothing left to
 * do and ends the process with code 13, without a word.
 */
async function settled<T>(loading: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const stuck = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Error('it never finishes loading: an await at its top level waits for ever'));
    process.once('beforeExit', stop);
  });
  try {
    return await Promise.race([loading, stuck]);
  } finally {
    if (stop !== undefined) process.off('beforeExit', stop);
  }
}

function reasonOf(error: unknown): string {
  const { code } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  return code === 'ERR_UNKNOWN_FILE_EXTENSION'
    ? `Node ${process.versions.node} does not run TypeScript; build it and give the .js file`
    : textOf(error);
}

/** For a CommonJS module, Node may know only the default export. */
function exported(exports: Exports, key: string): unknown {
  return exports[key] ?? (exports['default'] as Exports | null | undefined)?.[key];
}

/** An export may be a getter or a Proxy, which throws. */
function readCatalogue(name: string, exports: Exports): Catalogue {
  let catalogue: unknown;
  let version: unknown;
  try {
    catalogue = exported(exports, 'catalogue');
    version = catalogueVersionOf(catalogue);
  } catch (error) {
    throw new SettingFault(`catalogue ${name}: its export "catalogue" cannot be read: ${textOf(error)}`, {
      cause: error,
    });
  }
  assertCatalogue(name, catalogue, version);
  return catalogue;
}

function assertCatalogue(name: string, value: unknown, version: unknown): asserts value is Catalogue {
  if (value === undefined) {
    throw new SettingFault(
      `catalogue ${name} exports no catalogue; write "export const catalogue = defineCatalogue(…)"`,
    );
  }
  if (version === undefined) {
    throw new SettingFault(`catalogue ${name}: its export "catalogue" was not made by defineCatalogue`);
  }
  if (version === knownCatalogueVersion) return;
  throw new SettingFault(
    `catalogue ${name} was made by another version of @cateto/contracts (form ${textOf(version)}, known here: ${knownCatalogueVersion}); install the same version of both`,
  );
}

/** The formulas whose code the module has to export. */
function withCode({ formulas }: Catalogue): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(formulas).filter(([, { exposes }]) => exposes === undefined));
}

async function codeOf<K extends keyof Code>(
  name: string,
  key: K,
  exports: Exports,
  contracts: Readonly<Record<string, unknown>>,
): Promise<Code[K]> {
  const given = exported(exports, key);
  const code = typeof given === 'function' ? await called(name, key, given as () => unknown) : given;
  const names = Object.keys(contracts);
  if (code === undefined && names.length === 0) return {};
  if (typeof code !== 'object' || code === null) throw new SettingFault(`catalogue ${name} exports no ${key}`);
  const isCode = key === 'handlers' ? isFunction : isCodeOf;
  const missing = names.find((one) => !Object.hasOwn(code, one) || !isCode(one, (code as Exports)[one]));
  if (missing === undefined) return code as Code[K];
  const what = key === 'handlers' ? `function for the operation "${missing}"` : `code for the formula "${missing}"`;
  throw new SettingFault(`catalogue ${name}: its export "${key}" has no ${what}`);
}

function isFunction(_name: string, given: unknown): boolean {
  return typeof given === 'function';
}

async function called(name: string, key: string, lazily: () => unknown): Promise<unknown> {
  try {
    return await settled(Promise.resolve(lazily()));
  } catch (error) {
    throw new SettingFault(`catalogue ${name}: its export "${key}" cannot be loaded: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
