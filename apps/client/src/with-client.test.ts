import { expect, test } from 'vitest';
import { runHere } from './in-memory.test-support.ts';

test('a variable that looks like a setting is reported on stderr, and the request is made', async () => {
  const ran = await runHere(['hypotenuse', '3', '4'], { env: { CATETO_BROKER: 'elsewhere' } });
  expect(ran).toMatchObject({ exitCode: 0, stdout: '7\n' });
  expect(ran.stderr).toBe('"CATETO_BROKER" is not a setting and has no effect; did you mean CATETO_BROKERS?\n');
});

test('a setting from a file with carriage returns is read', async () => {
  const ran = await runHere(['hypotenuse', '3', '4'], {
    env: { CATETO_BROKERS: 'one,two\r', CATETO_TIMEOUT_MS: '70\r' },
  });
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  expect(ran.connected).toMatchObject([{ brokers: [{ host: 'one' }, { host: 'two' }], timeoutMs: 70 }]);
});
