import { afterEach, expect, test, vi } from 'vitest';
import { environmentWith, givenVariables } from './environment.ts';

afterEach(() => vi.unstubAllEnvs());

test('a child process gets none of the settings of its parent, unless they are passed on', () => {
  vi.stubEnv('CATETO_LOG_LEVEL', 'silent');
  vi.stubEnv('CATETO_LANES', '3');
  vi.stubEnv('NO_COLOR', '1');
  const clean = environmentWith({ CATETO_LANES: '1' });
  expect(clean).toMatchObject({ NO_COLOR: '1', CATETO_LANES: '1' });
  expect(clean).not.toHaveProperty('CATETO_LOG_LEVEL');
  expect(environmentWith(givenVariables())).toMatchObject({ CATETO_LOG_LEVEL: 'silent', CATETO_LANES: '3' });
});
