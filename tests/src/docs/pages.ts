import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/* The pages for users and contributors, split into blocks. */

export const repository: string = fileURLToPath(new URL('../../../', import.meta.url));

export interface Page {
  /** The path in the repository. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block. */
export interface Block {
  readonly page: string;
  /** The page and the heading above the block, `docs/sdk.md#Failures`. Names the block in the tests. */
  readonly under: string;
  /** The word behind the fence; empty without a word. */
  readonly language: string;
  readonly text: string;
}

export function pages(): readonly Page[] {
  const inside = (folder: string): string[] => readdirSync(join(repository, folder)).map((name) => `${folder}/${name}`);
  const paths = [
    'README.md',
    'CONTRIBUTING.md',
    ...inside('docs').filter((path) => path.endsWith('.md')),
    ...inside('packages')
      .map((folder) => `${folder}/README.md`)
      .filter((path) => existsSync(join(repository, path))),
    'examples/README.md',
  ];
  return paths.map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));
}

const fenced = /^```(.*)\n([\s\S]*?)^```$/gm;

export function blocksOf({ path, text }: Page): readonly Block[] {
  return [...text.matchAll(fenced)].map(({ 1: language = '', 2: code = '', index }) => {
    const headings = [
      ...text
        .slice(0, index)
        .replaceAll(fenced, '')
        .matchAll(/^#+ (.*)$/gm),
    ];
    return { page: path, under: `${path}#${headings.at(-1)?.[1] ?? ''}`, language, text: code };
  });
}

/** The inline code of a page, outside of its blocks. */
export function inlineCodeOf({ text }: Page): readonly string[] {
  return [...text.replaceAll(fenced, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

export const blocks: readonly Block[] = pages().flatMap(blocksOf);
