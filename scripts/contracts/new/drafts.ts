import { Eta } from 'eta';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'oxfmt';
import { computePath, contractsPath } from '../registries.ts';
import { stemOf } from './names.ts';
import type { NewContract } from './request.ts';

/** A file to be written. */
export interface Draft {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

const eta = new Eta({
  views: fileURLToPath(new URL('templates/', import.meta.url)),
  autoEscape: false,
  autoTrim: [false, 'nl'],
});

/** The four files of a new contract, formatted: contract, code, test and changeset. The author edits the first two. */
export async function draftsOf(root: string, request: NewContract): Promise<readonly Draft[]> {
  const { kind, name, steps } = request;
  const stem = stemOf(name);
  const plans = [
    { template: `${kind}/contract`, path: `${contractsPath}/${kind}s/${stem}.ts` },
    { template: steps ? `${kind}/steps` : `${kind}/code`, path: `${computePath}/${kind}s/${stem}.ts` },
    { template: `${kind}/test`, path: `${computePath}/${kind}s/${stem}.test.ts` },
    { template: 'changeset', path: `.changeset/${kind}-${stem}.md` },
  ];
  const { printWidth, singleQuote } = readStyle(root);
  return Promise.all(
    plans.map(async ({ template, path }) => {
      const text = eta.render(`./${template}.eta`, { ...request, stem });
      if (!path.endsWith('.ts')) return { path, text };
      const { code, errors } = await format(path, text, { printWidth, singleQuote });
      const [fault] = errors;
      if (fault !== undefined) throw new Error(`${path}: ${fault.message}`);
      return { path, text: code };
    }),
  );
}

/** Applies the formatter, because long names and descriptions break lines. */
function readStyle(root: string): { readonly printWidth: number; readonly singleQuote: boolean } {
  return JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8')) as ReturnType<typeof readStyle>;
}
