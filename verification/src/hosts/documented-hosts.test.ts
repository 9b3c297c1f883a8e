import { expect, test } from 'vitest';
import { documentedHosts } from './documented-hosts.ts';

const everywhere = { CATETO_BROKERS: '10.43.96.50,10.43.103.58', CATETO_BROKER_KEYS: '/etc/cateto/brokers.keys' };
const withKey = (name: string): Record<string, string> => ({
  ...everywhere,
  CATETO_KEY: `/etc/cateto/${name}.key_secret`,
});
const bound = { CATETO_BIND: '0.0.0.0', CATETO_ACCESS: '/etc/cateto/access.json' };

test('the running guide puts each program where the paper has it, with a key', () => {
  expect(documentedHosts()).toEqual([
    { host: '10.43.96.50', app: 'broker', args: [], environment: { ...withKey('primary'), ...bound } },
    { host: '10.43.96.50', app: 'calc-server', args: [], environment: withKey('calc-server') },
    { host: '10.43.103.58', app: 'backup', args: [], environment: { ...withKey('backup'), ...bound } },
    { host: '10.43.103.58', app: 'op-server', args: ['--lanes', '1'], environment: withKey('op-server') },
    { host: '10.43.96.60', app: 'op-server', args: ['--lanes', '2'], environment: withKey('op-server') },
    { host: '10.43.103.51', app: 'client', args: ['hypotenuse', '12', '13'], environment: withKey('client') },
    { host: '10.43.103.52', app: 'calc-server', args: [], environment: withKey('calc-server') },
  ]);
});

test('a command from outside this repository is not run', () => {
  const text = "\n## The paper's five hosts\n| 10.43.96.50 | `rm -r /` |\n## Settings";
  expect(() => documentedHosts(text)).toThrow('"rm -r /" is not understood');
});
