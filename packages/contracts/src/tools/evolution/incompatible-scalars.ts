import type { Incompatibility } from './incompatibility.ts';
import { show } from './incompatibility.ts';
import type { TypedPiece } from './schema-view.ts';

/** The numbers that fit all pieces. */
interface Range {
  least: number;
  leastItself: boolean;
  most: number;
  mostItself: boolean;
}

function rangeOf(pieces: readonly TypedPiece[]): Readonly<Range> {
  const range: Range = {
    least: Number.NEGATIVE_INFINITY,
    leastItself: false,
    most: Number.POSITIVE_INFINITY,
    mostItself: false,
  };
  for (const { keywords } of pieces) {
    const { minimum, exclusiveMinimum: above, maximum, exclusiveMaximum: below } = keywords;
    if (typeof minimum === 'number' && minimum > range.least)
      Object.assign(range, { least: minimum, leastItself: true });
    if (typeof above === 'number' && above >= range.least) Object.assign(range, { least: above, leastItself: false });
    if (typeof maximum === 'number' && maximum < range.most) Object.assign(range, { most: maximum, mostItself: true });
    if (typeof below === 'number' && below <= range.most) Object.assign(range, { most: below, mostItself: false });
  }
  return range;
}

export function incompatibleNumber(
  sender: readonly TypedPiece[],
  receiver: TypedPiece,
  at: string,
): readonly Incompatibility[] {
  const written = rangeOf(sender);
  const read = rangeOf([receiver]);
  const found: Incompatibility[] = [];
  if (written.least < read.least || (written.least === read.least && written.leastItself && !read.leastItself)) {
    const bound = read.leastItself ? `below ${read.least}` : `${read.least} or below`;
    found.push(outside(bound, at));
  }
  if (written.most > read.most || (written.most === read.most && written.mostItself && !read.mostItself)) {
    const bound = read.mostItself ? `above ${read.most}` : `${read.most} or above`;
    found.push(outside(bound, at));
  }
  const step = receiver.keywords.multipleOf;
  if (typeof step === 'number' && !sender.some((piece) => isMultiple(piece, step))) {
    found.push({
      at,
      problem: `may be no multiple of ${step}`,
      widen: `accept other numbers than multiples of ${step}`,
      narrow: `write multiples of ${step} only`,
    });
  }
  return found;
}

/**
 * Whether every number of the piece is a multiple of `step`. Decides for integers only; rounding makes other numbers
 * uncertain.
 */
function isMultiple({ type, keywords }: TypedPiece, step: number): boolean {
  const { multipleOf } = keywords;
  if (multipleOf === step) return true;
  if (typeof multipleOf === 'number') return Number.isInteger(step) && multipleOf % step === 0;
  return type === 'integer' && step === 1;
}

function outside(bound: string, at: string): Incompatibility {
  return {
    at,
    problem: `may be ${bound}, which the receiver does not accept`,
    widen: `accept what is ${bound} as well`,
    narrow: `write nothing ${bound}`,
  };
}

export function incompatibleText(
  sender: readonly TypedPiece[],
  receiver: TypedPiece,
  at: string,
): readonly Incompatibility[] {
  const { minLength, maxLength, pattern, format } = receiver.keywords;
  const lengths = sender.map(({ keywords }) => keywords);
  const least = Math.max(0, ...lengths.map((keywords) => Number(keywords.minLength ?? 0)));
  const most = Math.min(...lengths.map((keywords) => Number(keywords.maxLength ?? Number.POSITIVE_INFINITY)));
  const found: Incompatibility[] = [];
  if (least < Number(minLength ?? 0)) found.push(outside(`shorter than ${show(minLength)}`, at));
  if (most > Number(maxLength ?? Number.POSITIVE_INFINITY)) {
    found.push(outside(`longer than ${show(maxLength)}`, at));
  }
  if (pattern !== undefined && !lengths.some((keywords) => keywords.pattern === pattern)) {
    found.push(misshapen(`the pattern ${show(pattern)}`, at));
  }
  if (format !== undefined && !lengths.some((keywords) => keywords.format === format)) {
    found.push(misshapen(`the format ${show(format)}`, at));
  }
  return found;
}

function misshapen(shape: string, at: string): Incompatibility {
  return {
    at,
    problem: `may be a text without ${shape}`,
    widen: `accept texts without ${shape}`,
    narrow: `write texts of ${shape} only`,
  };
}

/** @param keyword says how many bytes or doubles there may be */
export function incompatibleBinary(
  sender: readonly TypedPiece[],
  receiver: TypedPiece,
  keyword: string,
  at: string,
): readonly Incompatibility[] {
  const [most, accepted] = [
    sender.map(({ keywords }) => Number(keywords[keyword])),
    Number(receiver.keywords[keyword]),
  ];
  return Math.min(...most) > accepted ? [outside(`longer than ${accepted}`, at)] : [];
}
