import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createCommand } from '../command.ts';
import { addSettings, readSettings } from '../settings-options.ts';
import type { EndpointOptions } from './endpoint-settings.ts';
import { endpointSettings, endpointValues } from './endpoint-settings.ts';

function read(...args: string[]): EndpointOptions | undefined {
  const command = createCommand('any', '');
  addSettings(command, endpointSettings);
  command.parse(args, { from: 'user' });
  return endpointValues(readSettings(command, endpointSettings, {}));
}

function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, content);
  return file;
}

test('there is no endpoint unless an address is given', () => {
  expect(read()).toBeUndefined();
  expect(read('--http-insecure')).toBeUndefined();
});

test.each(['127.0.0.1:9464', 'localhost:0', '[::1]:9464'])('%s needs no token', (address) => {
  expect(read('--http', address)?.token).toBeUndefined();
});

test.each(['0.0.0.0:9464', '[::]:9464', 'metrics.example:9464'])('%s is refused without a token', (address) => {
  expect(() => read('--http', address)).toThrow(/^--http: anyone who reaches .* could read it; give a loopback/);
  expect(read('--http', address, '--http-insecure')?.address.port).toBe(9_464);
  const token = fileWith('0123456789abcdef\n');
  expect(read('--http', address, '--http-token-file', token)?.token).toBe('0123456789abcdef');
});

test.each(['', 'short\n', 'two lines of text\nfor one token'])('a token file with %j is refused', (content) => {
  const file = fileWith(content);
  expect(() => read('--http', '127.0.0.1:0', '--http-token-file', file)).toThrow(/^--http-token-file: .* one token/);
});

test('a token file that cannot be read is refused with the reason', () => {
  expect(() => read('--http', '127.0.0.1:0', '--http-token-file', '/nowhere')).toThrow(/^--http-token-file: ENOENT/);
});

test.each(['9464', '127.0.0.1', '127.0.0.1:65536', '::1:9464', 'http://127.0.0.1:9464', ''])(
  '%j is not an address for the endpoint',
  (address) => {
    expect(() => read('--http', address)).toThrow(/^--http: /);
  },
);
