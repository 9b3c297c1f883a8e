import type { HttpAddress } from '@cateto/contracts';
import { isLoopback, textOf } from '@cateto/contracts';
import { readFileSync } from 'node:fs';
import type { SettingValues } from '../settings-options.ts';

/** The settings of the HTTP endpoint, which every server has. */
export const endpointSettings = ['http', 'httpTokenFile', 'httpInsecure'] as const;

type EndpointSetting = (typeof endpointSettings)[number];

export interface EndpointOptions {
  readonly address: HttpAddress;
  /** The bearer token; undefined when none is needed. */
  readonly token: string | undefined;
}

/** A shorter token can be guessed. */
const tokenLengthMin = 16;

/**
 * Reads the values of the endpoint's settings.
 *
 * @returns undefined when no endpoint is wanted
 * @throws SettingFault for an address that other hosts can reach without a token and without `--http-insecure`, and for
 *   a token file that cannot be used
 */
export function endpointValues(given: SettingValues<EndpointSetting>): EndpointOptions | undefined {
  const { http: address, httpTokenFile: file, httpInsecure } = given.values;
  if (address === undefined) return undefined;
  const token = file === undefined ? undefined : readToken(given, file);
  if (token === undefined && !httpInsecure && !isLoopback(address.host)) {
    throw given.fault(
      'http',
      `anyone who reaches ${address.host} could read it; give a loopback address, --http-token-file or --http-insecure`,
    );
  }
  return { address, token };
}

function readToken(given: SettingValues<EndpointSetting>, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw given.fault('httpTokenFile', textOf(error));
  }
  if (text.length < tokenLengthMin || !/^[\x21-\x7e]+$/.test(text)) {
    throw given.fault(
      'httpTokenFile',
      `${file} has to hold one token of at least ${tokenLengthMin} visible characters`,
    );
  }
  return text;
}
