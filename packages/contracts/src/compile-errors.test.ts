import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

/* The type tests check that a mistake does not compile. These tests check the message that the real compiler prints. */

const declarations = `
import type { Calculator, Catalogue, HandlersOf, PublishableTopic, Role, Topic, TopicMessages } from '../../../src/index.ts';
import { Finite, operation } from '../../../src/index.ts';
import type { Sample } from '../../../src/catalogue/sample.test-support.ts';

interface Bus<C extends Catalogue, R extends Role> {
  publish<T extends PublishableTopic<C, R> & Topic<C>>(topic: T, to: string, message: TopicMessages<C>[T]): void;
}
declare const client: Bus<Calculator, 'client'>;
declare const opServer: Bus<Calculator, 'op-server'>;

export const to = 'k3f0q9x2m1zd';
export const leg = { seq: 1, formula: 'hypotenuse', contract: 5, operands: 2, value: 12, ttlMs: 100 } as const;
export const request = { seq: 1, contract: 5, input: 12, ttlMs: 100 };
export const unused = { client, opServer, Finite, operation };
export type Unused = HandlersOf<Sample>;
`;

const snippets = {
  right: "client.publish('calc.request.1', to, leg);",
  wrongClient: "client.publish('calc.square.request.1', to, request);",
  misspelt: "client.publish('calc.reqest.1', to, leg);",
  wrongPayload: "client.publish('calc.request.1', to, { ...leg, value: 'twelve' });",
  wrongCount: "client.publish('calc.request.1', to, { ...leg, operands: 3 });",
  wrongServer: "opServer.publish('calc.square.request.1', to, request);",
  missingHandler: '({ square: (x: number) => x * x }) satisfies HandlersOf<Sample>;',
  wrongHandler: "({ square: () => 'x', multiply: () => 1 }) satisfies HandlersOf<Sample>;",
  reservedName:
    "operation({ name: 'then', description: '', input: Finite, output: Finite, example: { input: 1, output: 1 } });",
  unusedExpectation: "// @ts-expect-error -- it is right\nclient.publish('calc.request.1', to, leg);",
};
type Snippet = keyof typeof snippets;

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['ES2023', 'ES2024.String'],
  types: [],
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
};

const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url));
let folder = '';
let output = '';

beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'compile-errors-'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  for (const [name, code] of Object.entries(snippets)) {
    writeFileSync(join(folder, `${name}.ts`), `${declarations}${code}\n`);
  }
  const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  const run = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  output = run.stdout + run.stderr;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The compiler's messages about a snippet. Indented lines continue a message. */
function errorsOf(name: Snippet): string {
  const from = new RegExp(`^${name}\\.ts\\(.*(?:\\n {2}.*)*`, 'gm');
  return (output.match(from) ?? []).join('\n');
}

test('correct snippets compile, and every error belongs to a snippet', () => {
  expect(errorsOf('right')).toBe('');
  const elsewhere = output.split('\n').filter((line) => !/^(?: {2}|\w+\.ts\(|$)/.test(line));
  expect(elsewhere).toEqual([]);
});

test('the error of the paper’s client names the topic and every topic that would be allowed', () => {
  const error = errorsOf('wrongClient');
  expect(error).toContain(`Argument of type '"calc.square.request.1"' is not assignable to parameter of type`);
  const allowed = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `"calc.request.${n}"`);
  for (const topic of [...allowed, '"calc.status.request"', '"calc.hello"']) expect(error).toContain(topic);
});

test('a mistake is one error, in the file that has it', () => {
  const { right: _right, ...mistakes } = snippets;
  for (const name of Object.keys(mistakes) as Snippet[]) {
    expect(errorsOf(name).match(/error TS/g), name).toHaveLength(1);
  }
});

test('the error of a misspelt topic names it and the existing topics', () => {
  const error = errorsOf('misspelt');
  expect(error).toContain(`Argument of type '"calc.reqest.1"' is not assignable to parameter of type`);
  expect(error).toContain('"calc.request.1"');
});

test('the error of an op-server that sends requests names the topic and the allowed results', () => {
  const error = errorsOf('wrongServer');
  expect(error).toContain('"calc.square.request.1"');
  expect(error).toMatch(/"calc\.\w+\.result\.1"/);
});

test('the error of a wrong payload names both types, and that of a wrong operand count both numbers', () => {
  expect(errorsOf('wrongPayload')).toContain("Type 'string' is not assignable to type 'number'");
  expect(errorsOf('wrongCount')).toContain("Type '3' is not assignable to type '2'");
});

test('the error of a missing handler names the operation', () => {
  expect(errorsOf('missingHandler')).toMatch(/Property 'multiply' is missing in type .* required in type 'HandlersOf</);
});

test('the error of a wrong handler names the type that it returns and the type that it should return', () => {
  expect(errorsOf('wrongHandler')).toMatch(/Type 'string' is not assignable to type 'number \| Failure/);
});

test('the error of a reserved name says so', () => {
  expect(errorsOf('reservedName')).toContain('\\"then\\" is a reserved word');
});

test('an expected error that does not come is an error', () => {
  expect(errorsOf('unusedExpectation')).toContain("error TS2578: Unused '@ts-expect-error' directive.");
});
