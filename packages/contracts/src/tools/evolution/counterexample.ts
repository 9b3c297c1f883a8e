import { accepts, writes } from './value-acceptance.ts';
import { elementsOf, fieldsOf } from './fields.ts';
import type { Piece, Schema, SchemaView, TypedPiece } from './schema-view.ts';
import { piecesOf, schemaMeant } from './schema-view.ts';

/*
 * Looks for a value that a sender may write and a receiver refuses, so that an incompatibility can be shown with an example.
 * It tries the corners of both schemas: their bounds and the neighbours of these, their listed values, and objects with
 * and without each field. A search that finds no value proves nothing.
 */

/** The corners of one schema that are tried at most, because the corners of its parts multiply. */
const cornersMax = 60;
const depthMax = 6;
/** Lists and texts that are tried have at most this length. */
const lengthMax = 16;
/** Larger numbers are not tried: 0.5 more or less is lost there, and rounding makes multiples uncertain. */
const numberMax = 1e12;

/** @returns a list of the value; an empty list when none was found */
export function counterexample(sender: SchemaView, receiver: SchemaView): readonly [value?: unknown] {
  const found = cornersBetween(sender, receiver).find((value) => !accepts(receiver, value));
  return found === undefined ? [] : [found];
}

/** Values that the sender may write, near the bounds and values of both schemas. */
export function cornersBetween(sender: SchemaView, receiver: SchemaView): readonly unknown[] {
  const hints = new Set<unknown>([0, 1, -1, 0.5, '', 'a', true, null, ...hintsOf(sender), ...hintsOf(receiver)]);
  return cornersOf(sender, { hints: [...hints], made: new Map() }, 0);
}

interface Search {
  readonly hints: readonly unknown[];
  /**
   * The corners of each schema, by depth. A schema that refers to itself in several places would compute them many
   * times.
   */
  readonly made: Map<Schema, (readonly unknown[])[]>;
}

/** The numbers, texts and lengths in a schema, and their neighbours. */
function hintsOf({ schema, root }: SchemaView): readonly unknown[] {
  const hints: unknown[] = [];
  const visit = (part: unknown): void => {
    if (typeof part === 'number' && Math.abs(part) < numberMax)
      hints.push(part, part + 1, part - 1, part + 0.5, part - 0.5);
    if (typeof part === 'string') hints.push(part);
    if (typeof part === 'object' && part !== null) Object.values(part).forEach(visit);
  };
  visit(schema);
  if (root !== schema) visit(root);
  return hints;
}

/** Values that the sender may write, simple values first. */
function cornersOf(sender: SchemaView, search: Search, depth: number): readonly unknown[] {
  if (depth > depthMax) return [];
  const schema = schemaMeant(sender);
  const made = search.made.get(schema) ?? [];
  search.made.set(schema, made);
  return (made[depth] ??= makeCorners(sender, search, depth));
}

function makeCorners(sender: SchemaView, search: Search, depth: number): readonly unknown[] {
  const pieces = piecesOf(sender);
  const tried =
    pieces.length === 0 ? [...search.hints, [], {}] : pieces.flatMap((piece) => triesOf(piece, search, depth));
  return tried.filter((value) => writes(sender, value)).slice(0, cornersMax);
}

function triesOf(piece: Piece, search: Search, depth: number): readonly unknown[] {
  switch (piece.kind) {
    case 'values':
      return piece.values;
    case 'union': {
      const each = piece.branches.map((branch) => cornersOf(branch, search, depth + 1));
      return each.flatMap((corners) => corners.slice(0, cornersMax / each.length));
    }
    case 'kept':
      return [...search.hints, [], {}];
    case 'typed':
      return triesOfType(piece, search, depth);
    case 'never':
    case 'opaque':
      return [];
  }
}

function triesOfType(piece: TypedPiece, search: Search, depth: number): readonly unknown[] {
  const { hints } = search;
  const lengths = hints.filter((hint) => typeof hint === 'number' && Number.isInteger(hint)) as readonly number[];
  const possible = lengths.filter((length) => length >= 0 && length <= lengthMax);
  switch (piece.type) {
    case 'string':
      return [...hints, ...['a', 'b'].flatMap((letter) => possible.map((length) => letter.repeat(length)))];
    case 'array':
      return lists(piece, possible, search, depth);
    case 'object':
      return objects(piece, search, depth);
    default:
      return hints;
  }
}

function lists(piece: TypedPiece, lengths: readonly number[], search: Search, depth: number): readonly unknown[] {
  const { first, rest, least, mostWritten } = elementsOf(piece);
  const restCorners = rest === undefined ? [] : cornersOf(rest, search, depth + 1);
  const firstCorners = first.map((element) => cornersOf(element, search, depth + 1));
  const listOfLength = (length: number): unknown[] =>
    Array.from({ length }, (_, index) => (firstCorners[index] ?? restCorners)[0]);
  const varied = Math.max(least, first.length, mostWritten > first.length ? first.length + 1 : 0);
  const base = listOfLength(varied);
  return [
    ...[least, varied, ...lengths].filter((length) => length <= mostWritten).map(listOfLength),
    ...base.flatMap((_, index) => (firstCorners[index] ?? restCorners).map((value) => base.with(index, value))),
  ];
}

function objects(piece: TypedPiece, search: Search, depth: number): readonly unknown[] {
  const { known, always, others } = fieldsOf(piece);
  const corners = [...known].map(([name, view]) => [name, cornersOf(view, search, depth + 1)] as const);
  const names = search.hints.filter((hint) => typeof hint === 'string' && !known.has(hint) && hint !== '__proto__');
  const open = others === undefined ? [] : cornersOf(others, search, depth + 1);
  const filled = corners.filter(([, values]) => values.length > 0).map(([name, [simple]]) => [name, simple] as const);
  const plain = Object.fromEntries(filled.filter(([name]) => always.has(name)));
  const full = Object.fromEntries(filled);
  const varied = corners.flatMap(([name, values]) => values.map((value) => withField(plain, name, value)));
  const more = open.flatMap((value) => names.map((name) => withField(plain, String(name), value)));
  return [plain, full, ...varied, ...more];
}

function withField(object: object, name: string, value: unknown): object {
  return { ...object, [name]: value };
}
