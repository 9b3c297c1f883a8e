import { SettingFault, visibleText } from '@cateto/contracts';

/** A fault in a file of keys or rights. */
export interface Fault {
  /** Counted from 1; undefined when the fault concerns the whole file. */
  readonly line?: number | undefined;
  /** `keys[3].roles[0]`; empty when the fault concerns the whole file. */
  readonly field: string;
  readonly message: string;
}

/** Text that cannot be used, with every fault that was found in it. */
export interface Faults {
  readonly faults: readonly [Fault, ...Fault[]];
}

export function faulty(message: string, field = '', line?: number): Faults {
  return { faults: [{ line, field, message }] };
}

export function isFaulty(parsed: object): parsed is Faults {
  return 'faults' in parsed;
}

/** A broken file may have texts of any length in it. */
const shownMax = 200;

const shortened = (text: string): string => (text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`);

/** One line: `access.json:12: keys[3].roles[0]: "clint" is not a role`. */
export function faultText(file: string, { line, field, message }: Fault): string {
  const where = line === undefined ? file : `${file}:${line}`;
  return visibleText(`${where}: ${field === '' ? '' : `${shortened(field)}: `}${shortened(message)}`);
}

/** A file of keys or rights that cannot be used. Its message is one line: the first fault, and how many there are. */
export class KeyFileFault extends SettingFault {
  readonly file: string;
  readonly faults: readonly [Fault, ...Fault[]];

  constructor(file: string, faults: readonly [Fault, ...Fault[]]) {
    const [first, ...others] = faults;
    const more = others.length === 0 ? '' : ` (and ${others.length} more; \`cateto key check\` lists them)`;
    super(`${faultText(file, first)}${more}`);
    this.file = file;
    this.faults = faults;
  }
}
