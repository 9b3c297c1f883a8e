import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { calculator, defineCatalogue, Finite, operation } from '@cateto/contracts';
import type { Catalogue, GivenWork } from '@cateto/contracts';
import { violationText, workChangeText } from '@cateto/contracts/tools';
import {
  allowedPath,
  checkContracts,
  contractFiles,
  json,
  leftOver,
  releasedFile,
  staleFiles,
  writeFiles,
} from 'contracts/files';
import type { GeneratedFile } from 'contracts/files';
import { isAnnounced, repositoryTarget } from './repository.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'contracts-'));
  const path = 'packages/contracts/package.json';
  cpSync(join(repository, path), join(root, path));
  mkdirSync(join(root, '.changeset'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** The calculator with another operation in place of `square`. */
function withSquare(input: z.ZodType) {
  const square = operation({ ...calculator.operations.square, input, example: { input: 1, output: 1 } });
  return defineCatalogue({ ...calculator, operations: { ...calculator.operations, square } });
}

const positive = withSquare(z.number().min(0));

function changeset(type: 'major' | 'minor' | 'patch'): void {
  writeFileSync(join(root, '.changeset/a.md'), `---\n'@cateto/contracts': ${type}\n---\n\nBreaks.\n`);
}

function allow(lines: readonly string[]): void {
  writeFiles(root, [{ path: allowedPath(repositoryTarget(root)), text: json(lines) }]);
}

function files(catalogue?: Catalogue): readonly GeneratedFile[] {
  return contractFiles(repositoryTarget(root, catalogue));
}

function release(catalogue?: Catalogue): void {
  writeFiles(root, [releasedFile(repositoryTarget(root, catalogue))]);
}

/** The changes since the last release, as texts. */
function changes(catalogue?: Catalogue) {
  const announced = isAnnounced(root);
  const { breaking, allowed, outdated, workChanges } = checkContracts(repositoryTarget(root, catalogue), announced);
  return {
    refused: breaking.map(violationText),
    allowed: allowed.map(violationText),
    outdated,
    described: workChanges.map(workChangeText),
    announced,
  };
}

describe('the exported contracts', () => {
  test('the exported files are up to date after an export, and out of date when a contract changes', () => {
    expect(writeFiles(root, files()).length).toBeGreaterThan(3);
    expect(staleFiles(root, files())).toEqual([]);
    const stale = staleFiles(root, files(positive)).map(({ path }) => path);
    expect(stale).toEqual(['docs/contracts/asyncapi.json', 'docs/contracts/schemas/square.json', 'docs/reference.md']);
  });

  test('exported files of a deleted contract are reported', () => {
    writeFiles(root, files());
    const { square } = calculator.operations;
    const target = repositoryTarget(root, defineCatalogue({ operations: { square }, formulas: calculator.formulas }));
    expect(leftOver(target, contractFiles(target))).toEqual(['docs/contracts/schemas/multiply.json']);
  });

  test('the exported files have the version of the package', () => {
    const [asyncApi] = files();
    const { version } = JSON.parse(readFileSync(join(repository, 'packages/contracts/package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(JSON.parse(asyncApi?.text ?? '')).toMatchObject({ asyncapi: '3.0.0', info: { version } });
  });

  test('the committed files are up to date (if not: pnpm contracts:export)', () => {
    const target = repositoryTarget(repository);
    expect(staleFiles(repository, contractFiles(target)).map(({ path }) => path)).toEqual([]);
    expect(leftOver(target, contractFiles(target))).toEqual([]);
  });
});

describe('a change that breaks', () => {
  beforeEach(() => release());

  test('the released contracts break nothing with themselves', () => {
    const none = { refused: [], allowed: [], outdated: [], described: [] };
    expect(changes()).toMatchObject(none);
  });

  test('a breaking change is refused', () => {
    const { refused } = changes(positive);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toContain('operation square, input: may be below 0');
  });

  test.each([
    ['0.7.3', 'minor', 'patch'],
    ['1.0.0', 'major', 'minor'],
  ] as const)(
    'at version %s a breaking change passes if it is allowed and a changeset is %s, and not with only one of these',
    (version, needed, less) => {
      writeFileSync(join(root, 'packages/contracts/package.json'), JSON.stringify({ version }));
      const { refused } = changes(positive);
      changeset(needed);
      expect(changes(positive)).toMatchObject({ refused, announced: true });
      allow(refused);
      expect(changes(positive)).toMatchObject({ refused: [], allowed: refused });
      changeset(less);
      expect(changes(positive)).toMatchObject({ refused, allowed: [], announced: false });
      changeset('major');
      expect(changes(positive)).toMatchObject({ refused: [], allowed: refused });
    },
  );

  test('an allowed break does not allow another one', () => {
    changeset('major');
    allow(changes(positive).refused);
    const { refused, outdated } = changes(withSquare(z.int()));
    expect(refused[0]).toContain('operation square, input: may be number, where the receiver accepts integer');
    expect(outdated).toHaveLength(1);
  });

  test('a break is forgotten once it is released', () => {
    release(positive);
    expect(changes(positive).refused).toEqual([]);
    // The reverse change accepts more, so it is compatible.
    expect(changes(withSquare(Finite)).refused).toEqual([]);
  });
});

describe('a change of a work policy', () => {
  /** The calculator with another policy for `square`. */
  function withWork(work: GivenWork) {
    const square = operation({ ...calculator.operations.square, work });
    return defineCatalogue({ ...calculator, operations: { ...calculator.operations, square } });
  }

  test('a change of a work policy is reported, and breaks nothing', () => {
    release();
    const described = [
      'operation square, work.maxMs: was no limit, is 50 ms. Notable: handlers that run for more than 50 ms fail now.',
      'operation square, work.lanes: was fixed, is any.',
    ];
    const changed = withWork({ maxMs: 50, fallback: 'late' });
    expect(changes(changed)).toMatchObject({ refused: [], allowed: [], described });
  });

  test('a change of a work policy makes the document and the reference out of date, and no schema', () => {
    writeFiles(root, files());
    const stale = staleFiles(root, files(withWork({ maxMs: 50 }))).map(({ path }) => path);
    expect(stale).toEqual(['docs/contracts/asyncapi.json', 'docs/reference.md']);
  });
});
