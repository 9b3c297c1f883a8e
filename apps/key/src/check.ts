import { exitCodes } from '@cateto/app-kit';
import type { AccessFile, BrokerKeys } from '@cateto/keys';
import { faultText, KeyFileFault } from '@cateto/keys';
import { readAccessFile, readBrokerKeys, readKeyPair } from '@cateto/keys/node';
import type { Command } from 'commander';
import { isExpired } from './entries.ts';
import { addAccess } from './options.ts';
import { say } from './output.ts';

interface CheckOptions {
  readonly access: string;
  readonly brokerKeys?: string;
  readonly key?: string;
  readonly json?: true;
}

export function addCheck(program: Command): void {
  const command = program.command('check').description('reports everything that is wrong with these files');
  addAccess(command)
    .option('--broker-keys <file>', 'also the file of the brokers’ public keys')
    .option('--key <file>', 'also a key pair, and whether it is listed')
    .option('--json', 'one line of JSON: ok, keys, faults, expired')
    .action(({ access, brokerKeys, key, json }: CheckOptions) => {
      const faults: string[] = [];
      const list = tried(() => readAccessFile(access), faults);
      const brokers = brokerKeys === undefined ? undefined : tried(() => readBrokerKeys(brokerKeys), faults);
      const pair = key === undefined ? undefined : tried(() => readKeyPair(key), faults);
      if (list !== undefined) {
        faults.push(...unlistedBrokers(list, brokers, access));
        if (pair !== undefined && !list.keys.some(({ publicKey }) => publicKey === pair.publicKey)) {
          faults.push(`${access}: the key of ${key} is not listed`);
        }
      }
      const keys = list?.keys ?? [];
      const expired = keys.filter(isExpired).map(({ name }) => name);
      const ok = faults.length === 0;
      if (!ok) process.exitCode = exitCodes.failed;
      if (json !== true) for (const fault of faults) process.stderr.write(`${fault}\n`);
      const ended = expired.length === 0 ? '' : `; expired: ${expired.join(', ')}`;
      const summary = ok ? `${counted(keys.length, 'key')} listed${ended}` : counted(faults.length, 'fault');
      say(json, { ok, keys: keys.length, faults, expired }, [summary]);
    });
}

function tried<T>(read: () => T, faults: string[]): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KeyFileFault)) throw error;
    faults.push(...error.faults.map((fault) => faultText(error.file, fault)));
    return undefined;
  }
}

/** A broker that the other does not list as one would be refused by it. */
function unlistedBrokers({ keys }: AccessFile, brokers: BrokerKeys | undefined, file: string): string[] {
  return Object.entries(brokers ?? {}).flatMap(([rank, publicKey]: [string, string | undefined]) => {
    if (publicKey === undefined) return [];
    const entry = keys.find((one) => one.publicKey === publicKey);
    return entry?.roles.includes('broker') === true
      ? []
      : [`${file}: the key of the ${rank} is not listed as a broker`];
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
