import type { Lane, Role } from '@cateto/contracts';
import { isLane, isName, roles } from '@cateto/contracts';
import { z } from 'zod';
import { isKey } from './key-text.ts';

/* The form of an access list, and the words for what does not fit it. */

/** An entry as the file has it. */
export interface AccessEntry {
  /** For logs and for the tool. No two entries have the same. */
  readonly name: string;
  /** In Z85. */
  readonly publicKey: string;
  readonly roles: readonly Role[];
  /** Unless given, all. */
  readonly operations?: readonly string[] | undefined;
  readonly lanes?: readonly Lane[] | undefined;
  readonly formulas?: readonly string[] | undefined;
  /** With a time zone: `2027-01-31T00:00:00Z`. */
  readonly expires?: string | undefined;
  readonly connectionsMax?: number | undefined;
}

export interface AccessFile {
  readonly keys: readonly AccessEntry[];
}

/** A system of several thousand participants. The file is read again when it changes. */
export const keysMax = 10_000;
export const connectionsOfKeyMax = 100_000;

const listed = `one of ${roles.join(', ')}`;
const KeyName = z
  .string('a text is expected')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, '1 to 64 letters, digits, dots, underscores and hyphens are expected');
const ContractName = z.string('a name is expected').refine(isName, 'not the name of an operation or formula');
const wholeNumber = `a whole number from 1 to ${connectionsOfKeyMax} is expected`;

function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item, 'a list is expected')
    .min(1, 'an empty list permits nothing; leave the member out to permit all');
}

/** Which roles each list narrows. On other roles it would have no effect, and only seem to protect something. */
export const narrowedRoles: Readonly<Record<'operations' | 'lanes' | 'formulas', readonly Role[]>> = {
  operations: ['calc-server', 'op-server', 'observer'],
  lanes: ['calc-server', 'op-server', 'observer'],
  formulas: ['client', 'calc-server', 'observer'],
};

const Entry = z.strictObject(
  {
    name: KeyName,
    publicKey: z.string('a text is expected').refine(isKey, 'not a public key: 40 characters of Z85'),
    roles: listOf(z.enum(roles, { error: ({ input }) => `${JSON.stringify(input)} is not ${listed}` })),
    operations: listOf(ContractName).optional(),
    lanes: listOf(
      z.custom<Lane>((lane) => typeof lane === 'number' && isLane(lane), 'not a lane from 1 to 8'),
    ).optional(),
    formulas: listOf(ContractName).optional(),
    expires: z.iso.datetime({ offset: true, error: 'not a time with its zone, as in 2027-01-31T00:00:00Z' }).optional(),
    connectionsMax: z.int(wholeNumber).min(1, wholeNumber).max(connectionsOfKeyMax, wholeNumber).optional(),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'an object is expected' : undefined) },
);

export const AccessSchema: z.ZodType<AccessFile> = z.strictObject(
  { keys: z.array(Entry, 'a list is expected').max(keysMax, `at most ${keysMax} keys are possible`) },
  { error: (issue) => (issue.code === 'invalid_type' ? 'an object with the member keys is expected' : undefined) },
);
