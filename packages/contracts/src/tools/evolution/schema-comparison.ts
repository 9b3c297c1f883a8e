import { accepts, same } from './value-acceptance.ts';
import { disjoint } from './disjoint.ts';
import type { Compared } from './compared-pairs.ts';
import { createCompared } from './compared-pairs.ts';
import type { Compare } from './incompatible-containers.ts';
import { incompatibleElements, incompatibleFields } from './incompatible-containers.ts';
import { bytesKeyword, doublesKeyword } from '../../schemas/binary-keywords.ts';
import { incompatibleBinary, incompatibleNumber, incompatibleText } from './incompatible-scalars.ts';
import type { Incompatibility } from './incompatibility.ts';
import { show, showAll } from './incompatibility.ts';
import type { Piece, SchemaView, TypedPiece } from './schema-view.ts';
import { baseType, piecesOf, schemaMeant } from './schema-view.ts';

/*
 * Decides whether a receiver understands everything that a sender may write. Both are given as JSON Schemas written by
 * Zod. If the check finds no incompatibility, the receiver's schema accepts every value of the sender's schema. The reverse
 * does not hold: the check also reports what it cannot prove compatible. It ignores checks that JSON Schema does not
 * express.
 */

/** @param at the place of both schemas, which starts the place of each incompatibility */
export function incompatibilities(sender: SchemaView, receiver: SchemaView, at = ''): readonly Incompatibility[] {
  const found = compareSchemas(sender, receiver, at, createCompared());
  // Report each incompatibility of a recursive schema once.
  return found.filter(({ at: place, problem }, index) => {
    return found.findIndex((one) => one.at === place && one.problem === problem) === index;
  });
}

function compareSchemas(
  sender: SchemaView,
  receiver: SchemaView,
  at: string,
  compared: Compared,
): readonly Incompatibility[] {
  if (same(sender.schema, receiver.schema) && same(sender.root, receiver.root)) return [];
  const [written, read] = [schemaMeant(sender), schemaMeant(receiver)];
  const before = compared.found(written, read);
  // The full list was reported where the pair was first met.
  if (before !== undefined) return before.slice(0, 1);
  return compared.compare(written, read, () => incompatiblePieces(piecesOf(sender), receiver, at, compared));
}

function incompatiblePieces(
  sender: readonly Piece[],
  receiver: SchemaView,
  at: string,
  compared: Compared,
): readonly Incompatibility[] {
  if (sender.some(({ kind }) => kind === 'never')) return [];
  if (sender.some(({ kind }) => kind === 'kept') && sender.some(mayHaveParts)) {
    return [uncomparable('an intersection with a loose object', at)];
  }
  const values = sender.find((piece) => piece.kind === 'values');
  if (values !== undefined) return incompatibleValues(values.values, receiver, at);
  const union = sender.find((piece) => piece.kind === 'union');
  if (union !== undefined) {
    const others = sender.filter((piece) => piece !== union);
    return union.branches.flatMap((branch) =>
      others.length === 0
        ? compareSchemas(branch, receiver, at, compared)
        : incompatiblePieces([...piecesOf(branch), ...others], receiver, at, compared),
    );
  }
  return piecesOf(receiver).flatMap((piece) => incompatiblePiece(sender, piece, at, compared));
}

/**
 * Whether the piece may have fields or elements. What one part of an intersection ignores, another part may then keep,
 * at any depth.
 */
function mayHaveParts(piece: Piece): boolean {
  return piece.kind === 'union' || (piece.kind === 'typed' && (piece.type === 'array' || piece.type === 'object'));
}

function incompatibleValues(values: readonly unknown[], receiver: SchemaView, at: string): readonly Incompatibility[] {
  const refused = values.filter((value) => !accepts(receiver, value) || !isCertain(receiver));
  if (refused.length === 0) return [];
  const kept = values.filter((value) => !refused.includes(value));
  return [
    {
      at,
      problem: `may be ${showAll(refused)}, which the receiver does not accept`,
      widen: `accept ${showAll(refused)} as well`,
      narrow: kept.length === 0 ? `do not write ${showAll(refused)}` : `write ${showAll(kept)} only`,
    },
  ];
}

/** Whether `accepts` is certain for this schema: it counts keywords that the pieces do not cover as met. */
function isCertain(receiver: SchemaView): boolean {
  return piecesOf(receiver).every((piece) => {
    if (piece.kind === 'union') return piece.branches.every(isCertain);
    if (piece.kind === 'typed') return piece.keywords.format === undefined || piece.keywords.pattern !== undefined;
    return piece.kind !== 'opaque';
  });
}

function incompatiblePiece(
  sender: readonly Piece[],
  receiver: Piece,
  at: string,
  compared: Compared,
): readonly Incompatibility[] {
  switch (receiver.kind) {
    case 'never':
      return [{ at, problem: 'is never accepted', widen: 'accept it', narrow: 'do not write it' }];
    case 'values':
      return [
        {
          at,
          problem: `may be other than ${showAll(receiver.values)}`,
          widen: 'accept what was written before',
          narrow: `write ${showAll(receiver.values)} only`,
        },
      ];
    case 'union':
      return incompatibleUnion(sender, receiver.branches, receiver.exactlyOne, at, compared);
    case 'kept':
      return [];
    case 'opaque':
      return sender.some((piece) => isEqualOpaque(piece, receiver)) ? [] : [uncomparable(receiver.keyword, at)];
    case 'typed':
      return incompatibleTyped(sender, receiver, at, compared);
  }
}

function incompatibleUnion(
  sender: readonly Piece[],
  branches: readonly SchemaView[],
  exactlyOne: boolean,
  at: string,
  compared: Compared,
): readonly Incompatibility[] {
  const possible = branches.filter((branch) => !disjoint(sender, branch, compared));
  const found = possible.map((branch) => incompatiblePieces(sender, branch, at, compared));
  // If exactly one branch may fit, all other branches must be known not to fit.
  if (found.some((one) => one.length === 0) && (!exactlyOne || possible.length === 1)) return [];
  if (possible.length === 1) return found[0] ?? [];
  return [
    {
      at,
      problem: 'fits none of the alternatives that the receiver accepts',
      widen: 'accept it as one more alternative',
      narrow: 'write one of the alternatives there were; something new belongs in a new optional field',
    },
  ];
}

function incompatibleTyped(
  sender: readonly Piece[],
  receiver: TypedPiece,
  at: string,
  compared: Compared,
): readonly Incompatibility[] {
  const pieces = sender.filter((piece) => piece.kind === 'typed');
  const typed = pieces.find(({ type }) => type !== undefined);
  const { type } = receiver;
  if (type !== undefined) {
    const fits = pieces.some((piece) => piece.type === type || (piece.type === 'integer' && type === 'number'));
    if (!fits) return [otherType(typed?.type, type, at)];
  }
  const compare: Compare = (written, read, place) => compareSchemas(written, read, place, compared);
  switch (baseType(type ?? typed?.type ?? '')) {
    case 'number':
      return incompatibleNumber(pieces, receiver, at);
    case 'string':
      return incompatibleText(pieces, receiver, at);
    case 'array':
      return incompatibleElements(pieces, receiver, at, compare);
    case 'object':
      return incompatibleFields(pieces, receiver, at, compare);
    case 'bytes':
      return incompatibleBinary(pieces, receiver, bytesKeyword, at);
    case 'doubles':
      return incompatibleBinary(pieces, receiver, doublesKeyword, at);
    default:
      return [uncomparable(Object.keys(receiver.keywords).join(', '), at)];
  }
}

function otherType(written: string | undefined, read: string, at: string): Incompatibility {
  const was = written ?? 'anything';
  return {
    at,
    problem: `may be ${was}, where the receiver accepts ${read}`,
    widen: `accept ${was} as well`,
    narrow: `write ${read} only; something else belongs in a new optional field`,
  };
}

function isEqualOpaque(piece: Piece, receiver: Piece & { readonly kind: 'opaque' }): boolean {
  return piece.kind === 'opaque' && piece.keyword === receiver.keyword && same(piece.value, receiver.value);
}

function uncomparable(keyword: string, at: string): Incompatibility {
  return {
    at,
    problem: `is restricted by ${show(keyword)}, which cannot be compared`,
    widen: 'leave the restriction as it was',
    narrow: 'leave the restriction as it was',
  };
}
