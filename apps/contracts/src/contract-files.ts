import type { Catalogue } from '@cateto/contracts';
import type { ContractSet } from '@cateto/contracts/tools';
import { asyncApiOf, contractSetOf, jsonSchemasOf, referenceOf } from '@cateto/contracts/tools';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { GeneratedFile } from './generated-files.ts';
import { textOf } from './generated-files.ts';

/* The files that are exported from a catalogue, and the two that a release stores. */

/** A catalogue and the places of its files. All paths are relative to `root`, with slashes. */
export interface ContractsTarget {
  readonly catalogue: Catalogue;
  /** Absolute. */
  readonly root: string;
  /** The folder of the AsyncAPI document, the schemas and the stored contracts. */
  readonly folder: string;
  /** The reference for people. */
  readonly reference: string;
  /** The beginning of the reference. */
  readonly heading: string;
  /** Of the AsyncAPI document. */
  readonly title: string;
  readonly version: string;
  readonly license?: string | undefined;
  /**
   * Whether the messages of the protocol are compared with the last release too. They change only with the version of
   * Cateto, so users cannot answer for them.
   */
  readonly comparesMessages?: boolean | undefined;
  /** Files that are generated with the others. */
  readonly more?: readonly GeneratedFile[] | undefined;
}

export function contractFiles(target: ContractsTarget): readonly GeneratedFile[] {
  const { catalogue, folder, reference, heading, title, version, license, more = [] } = target;
  const schemas = Object.entries(jsonSchemasOf(catalogue)).map(([name, schema]) => ({
    path: `${folder}/schemas/${name}.json`,
    text: json(schema),
  }));
  return [
    { path: `${folder}/asyncapi.json`, text: json(asyncApiOf(catalogue, { title, version, license })) },
    ...schemas,
    { path: reference, text: referenceOf(catalogue, heading) },
    ...more,
  ];
}

/** Schema files whose contracts no longer exist. Other files in their folder are not of an export, and stay. */
export function leftOver({ root, folder }: ContractsTarget, files: readonly GeneratedFile[]): readonly string[] {
  const schemas = `${folder}/schemas`;
  const present = existsSync(join(root, schemas)) ? readdirSync(join(root, schemas)) : [];
  return present
    .map((file) => ({ name: basename(file, '.json'), path: `${schemas}/${file}` }))
    .filter(({ path }) => path.endsWith('.json') && !files.some((file) => file.path === path))
    .filter(({ name, path }) => isSchemaOf(name, textOf(join(root, path)) ?? ''))
    .map(({ path }) => path);
}

/** Whether an export wrote this text for a contract of that name. */
function isSchemaOf(name: string, text: string): boolean {
  return ['operation', 'formula'].some((kind) => text.includes(`\n  "title": "${kind} ${name}",\n`));
}

/** The contracts of the last release, with which the current ones are compared. */
export function releasedPath({ folder }: ContractsTarget): string {
  return `${folder}/released.json`;
}

/** The breaking changes that are meant. */
export function allowedPath({ folder }: ContractsTarget): string {
  return `${folder}/allowed.json`;
}

/** The contracts that are compared with those of the last release. */
export function comparedContracts({ catalogue, comparesMessages = false }: ContractsTarget): ContractSet {
  const set = contractSetOf(catalogue);
  return comparesMessages ? set : { ...set, messages: {} };
}

/** The contracts in the form that a release stores. */
export function releasedFile(target: ContractsTarget): GeneratedFile {
  return { path: releasedPath(target), text: json(comparedContracts(target)) };
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
