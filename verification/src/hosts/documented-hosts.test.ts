import { expect, test } from 'vitest';
import { documentedHosts } from './documented-hosts.ts';

const brokers = { CATETO_BROKERS: '10.43.96.50,10.43.103.58' };
const open = { ...brokers, CATETO_BIND: '0.0.0.0', CATETO_INSECURE: '1' };

test('the running guide puts each program where the paper has it', () => {
  expect(documentedHosts()).toEqual([
    { host: '10.43.96.50', app: 'broker', args: [], environment: open },
    { host: '10.43.96.50', app: 'calc-server', args: [], environment: brokers },
    { host: '10.43.103.58', app: 'backup', args: [], environment: open },
    { host: '10.43.103.58', app: 'op-server', args: ['--lanes', '1'], environment: brokers },
    { host: '10.43.96.60', app: 'op-server', args: ['--lanes', '2'], environment: brokers },
    { host: '10.43.103.51', app: 'client', args: ['hypotenuse', '12', '13'], environment: brokers },
    { host: '10.43.103.52', app: 'calc-server', args: [], environment: brokers },
  ]);
});

test("a command that is none of this repository's is not run", () => {
  const text = "\n## The paper's five hosts\n| 10.43.96.50 | `rm -r /` |\n## Settings";
  expect(() => documentedHosts(text)).toThrow('"rm -r /" is not understood');
});
