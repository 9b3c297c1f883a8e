import { lanes, roles } from '@cateto/contracts';
import { z } from 'zod';

/* The output of the commands with `--json`, as in apps/client/src/json-outputs.ts. */

const PublicKey = z.string().describe('in Z85');
const AddressPrefix = z.string().describe('how all addresses of the key begin');

const NewKey = z.strictObject({
  name: z.string(),
  publicKey: PublicKey,
  addressPrefix: AddressPrefix,
  secretFile: z.string(),
  publicFile: z.string(),
});

const Entry = z.strictObject({
  name: z.string(),
  publicKey: PublicKey,
  roles: z.array(z.enum(roles)),
  operations: z.array(z.string()).optional().describe('missing: all'),
  lanes: z.array(z.literal(lanes)).optional().describe('missing: all'),
  formulas: z.array(z.string()).optional().describe('missing: all'),
  expires: z.string().optional(),
  connectionsMax: z.int().min(1).optional(),
});

const Listed = Entry.extend({ addressPrefix: AddressPrefix, expired: z.boolean() });

export const jsonOutputs: Readonly<Record<string, z.ZodType>> = {
  'key-new': NewKey.describe('cateto key new --json, and cateto key rotate --json'),
  'key-show': z
    .strictObject({
      name: z.string().describe('empty when the file has none'),
      publicKey: PublicKey,
      addressPrefix: AddressPrefix,
      hasSecret: z.boolean(),
    })
    .describe('cateto key show --json'),
  'key-allow': Entry.describe('cateto key allow --json, and cateto key revoke --json'),
  'key-list': z.strictObject({ keys: z.array(Listed) }).describe('cateto key list --json'),
  'key-check': z
    .strictObject({
      ok: z.boolean(),
      keys: z.int().min(0).describe('how many keys are listed'),
      faults: z.array(z.string()).describe('file:line: field: what is wrong'),
      expired: z.array(z.string()).describe('names of listed keys'),
    })
    .describe('cateto key check --json'),
  'key-init': z
    .strictObject({ access: z.string(), brokerKeys: z.string(), keys: z.array(NewKey.omit({ addressPrefix: true })) })
    .describe('cateto key init --json'),
};
