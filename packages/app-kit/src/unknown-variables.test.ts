import { settings } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { unknownVariables, unknownVariableText } from './unknown-variables.ts';

test.each([
  ['CATETO_BROKER', 'CATETO_BROKERS'],
  ['CATETO_BROKERS_', 'CATETO_BROKERS'],
  ['CATETO_TIMEOUT', 'CATETO_TIMEOUT_MS'],
  ['CATETO_LOGLEVEL', 'CATETO_LOG_LEVEL'],
  ['cateto_brokers', 'CATETO_BROKERS'],
  ['CATETO_QQQQ', undefined],
  ['CATETO_', undefined],
])('the variable %s is not a setting, and may have meant %s', (variable, meant) => {
  expect(unknownVariables({ [variable]: '1' })).toEqual([{ variable, meant }]);
});

test('settings and variables of other programs are not reported as unknown', () => {
  const given = Object.values(settings).map(({ variable }) => [variable, '1'] as const);
  expect(unknownVariables({ ...Object.fromEntries(given), PATH: '/bin', NOT_CATETO_BROKER: '1' })).toEqual([]);
});

test('the report of an unknown variable is one line, whatever the name contains', () => {
  const text = unknownVariableText({ variable: 'CATETO_\n', meant: 'CATETO_LOG' });
  expect(text).toBe(String.raw`"CATETO_\n" is not a setting and has no effect; did you mean CATETO_LOG?`);
  expect(unknownVariableText({ variable: 'CATETO_X', meant: undefined })).toBe(
    '"CATETO_X" is not a setting and has no effect',
  );
});
