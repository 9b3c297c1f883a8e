import { accepts } from './value-acceptance.ts';
import type { Elements, Fields } from './fields.ts';
import { elementsOf, fieldsOf } from './fields.ts';
import type { Incompatibility } from './incompatibility.ts';
import { show } from './incompatibility.ts';
import type { SchemaView, TypedPiece } from './schema-view.ts';
import { viewOf } from './schema-view.ts';

/** Compares the schemas of two parts at a place. */
export type Compare = (sender: SchemaView, receiver: SchemaView, at: string) => readonly Incompatibility[];

export function incompatibleElements(
  sender: readonly TypedPiece[],
  receiver: TypedPiece,
  at: string,
  compare: Compare,
): readonly Incompatibility[] {
  const arrays = sender.filter(({ type }) => type === 'array').map(elementsOf);
  // All pieces of the sender hold at once, and the elements are merged. So each piece has to fit by itself.
  return arrays.flatMap((written) => incompatibleList(written, elementsOf(receiver), at, compare));
}

function incompatibleList(written: Elements, read: Elements, at: string, compare: Compare): readonly Incompatibility[] {
  const found: Incompatibility[] = [];
  if (written.least < read.least) found.push(ofLength(`fewer than ${read.least}`, at));
  if (written.mostWritten > read.most) found.push(ofLength(`more than ${read.most}`, at));
  const declared = Math.max(written.first.length, read.first.length);
  for (let index = 0; index < Math.min(declared, written.mostWritten, read.most); index += 1) {
    const [element, taken] = [written.first[index] ?? written.rest, read.first[index] ?? read.rest];
    if (taken !== undefined) found.push(...compare(element ?? viewOf(true), taken, `${at}[${index}]`));
  }
  const more = Math.min(written.mostWritten, read.most) > declared;
  if (more && read.rest !== undefined) {
    found.push(...compare(written.rest ?? viewOf(true), read.rest, `${at}[]`));
  }
  return found;
}

function ofLength(bound: string, at: string): Incompatibility {
  return {
    at,
    problem: `may have ${bound} elements, which the receiver does not accept`,
    widen: `accept ${bound} as well`,
    narrow: `never write ${bound}`,
  };
}

export function incompatibleFields(
  sender: readonly TypedPiece[],
  receiver: TypedPiece,
  at: string,
  compare: Compare,
): readonly Incompatibility[] {
  const objects = sender.filter(({ type }) => type === 'object').map(fieldsOf);
  const read = fieldsOf(receiver);
  // All pieces of the sender hold at once, and any of them may have written a field. So each piece has to fit by
  // itself.
  const known = objects.flatMap((written) => incompatibleKnown(written, read, at, compare));
  return [...known, ...objects.flatMap((written) => incompatibleOthers(written, read, at, compare))];
}

function incompatibleKnown(written: Fields, read: Fields, at: string, compare: Compare): Incompatibility[] {
  const found: Incompatibility[] = [];
  for (const [name, taken] of read.known) {
    const place = `${at}.${name}`;
    if (read.needed.has(name) && !written.always.has(name)) found.push(missing(place));
    const field = written.known.get(name) ?? written.others;
    if (field !== undefined) found.push(...compare(field, taken, place));
  }
  // A record may require fields that it does not describe.
  for (const name of read.needed) {
    if (!read.known.has(name) && !written.always.has(name)) found.push(missing(`${at}.${name}`));
  }
  return found;
}

/** Checks the fields that the receiver does not name. */
function incompatibleOthers(written: Fields, read: Fields, at: string, compare: Compare): Incompatibility[] {
  const found: Incompatibility[] = [];
  for (const [name, field] of written.known) {
    const place = `${at}.${name}`;
    if (read.names !== undefined && !accepts(read.names, name)) found.push(unknownField(place));
    else if (!read.known.has(name)) found.push(...incompatibleOther(field, read, place, compare));
  }
  if (written.others === undefined || written.others.schema === false) return found;
  const place = `${at}.*`;
  if (read.names !== undefined) {
    const names = written.names ?? viewOf({ type: 'string' });
    found.push(...compare(names, read.names, `${at} (a field's name)`));
  }
  return [...found, ...incompatibleOther(written.others, read, place, compare)];
}

function incompatibleOther(field: SchemaView, read: Fields, at: string, compare: Compare): readonly Incompatibility[] {
  if (read.others === undefined) return [];
  return read.others.schema === false ? [unknownField(at)] : compare(field, read.others, at);
}

function missing(at: string): Incompatibility {
  return {
    at,
    problem: 'may be left out, and the receiver needs it',
    widen: 'leave it optional, or give it a default',
    narrow: 'write it always',
  };
}

function unknownField(at: string): Incompatibility {
  return {
    at,
    problem: `is a field that the receiver refuses: it takes those that it knows only`,
    widen: `accept the field, or ignore fields that are not known`,
    narrow: `do not write ${show(at.slice(at.lastIndexOf('.') + 1))}`,
  };
}
