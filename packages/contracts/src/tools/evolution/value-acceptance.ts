import { elementsOf, fieldsOf } from './fields.ts';
import type { Piece, SchemaView, TypedPiece } from './schema-view.ts';
import { baseType, piecesOf } from './schema-view.ts';

/**
 * Whether a receiver accepts a value. Keywords that the pieces do not cover count as met, so use this for examples
 * only.
 */
export function accepts(view: SchemaView, value: unknown): boolean {
  return piecesOf(view).every((piece) => acceptsPiece(piece, value, 'receiver'));
}

/** Whether a sender may write a value. A sender writes no fields and elements that its schema does not declare. */
export function writes(view: SchemaView, value: unknown): boolean {
  return piecesOf(view).every((piece) => acceptsPiece(piece, value, 'sender'));
}

type Side = 'sender' | 'receiver';

const sides = { sender: writes, receiver: accepts } as const;

function acceptsPiece(piece: Piece, value: unknown, side: Side): boolean {
  switch (piece.kind) {
    case 'never':
      return false;
    case 'values':
      return piece.values.some((one) => same(one, value));
    case 'union': {
      const fitting = piece.branches.filter((branch) => sides[side](branch, value));
      return piece.exactlyOne ? fitting.length === 1 : fitting.length > 0;
    }
    case 'typed':
      return acceptsTyped(piece, value, side);
    case 'kept':
    case 'opaque':
      return true;
  }
}

function acceptsTyped(piece: TypedPiece, value: unknown, side: Side): boolean {
  if (piece.type === 'integer' && !Number.isInteger(value)) return false;
  const type = typeOf(value);
  if (piece.type !== undefined && baseType(piece.type) !== type) return false;
  switch (type) {
    case 'number':
      return acceptsNumber(piece.keywords, value as number);
    case 'string':
      return acceptsText(piece.keywords, value as string);
    case 'array':
      return acceptsElements(piece, value as readonly unknown[], side);
    case 'object':
      return acceptsFields(piece, value as Readonly<Record<string, unknown>>, side);
    default:
      return true;
  }
}

function acceptsNumber(keywords: TypedPiece['keywords'], value: number): boolean {
  const bound = (keyword: string, otherwise: number): number => Number(keywords[keyword] ?? otherwise);
  const step = keywords.multipleOf;
  return (
    value >= bound('minimum', Number.NEGATIVE_INFINITY) &&
    value <= bound('maximum', Number.POSITIVE_INFINITY) &&
    (keywords.exclusiveMinimum === undefined || value > bound('exclusiveMinimum', 0)) &&
    (keywords.exclusiveMaximum === undefined || value < bound('exclusiveMaximum', 0)) &&
    (typeof step !== 'number' || Number.isInteger(value / step))
  );
}

function acceptsText(keywords: TypedPiece['keywords'], value: string): boolean {
  return (
    value.length >= Number(keywords.minLength ?? 0) &&
    value.length <= Number(keywords.maxLength ?? Number.POSITIVE_INFINITY) &&
    (typeof keywords.pattern !== 'string' || new RegExp(keywords.pattern).test(value))
  );
}

function acceptsElements(piece: TypedPiece, value: readonly unknown[], side: Side): boolean {
  const { first, rest, least, most, mostWritten } = elementsOf(piece);
  if (value.length < least || value.length > (side === 'sender' ? mostWritten : most)) return false;
  return value.every((element, index) => {
    const view = first[index] ?? rest;
    return view === undefined || sides[side](view, element);
  });
}

function acceptsFields(piece: TypedPiece, value: Readonly<Record<string, unknown>>, side: Side): boolean {
  const { known, always, needed, others, names } = fieldsOf(piece);
  const missing = [...(side === 'sender' ? always : needed)].some((name) => !Object.hasOwn(value, name));
  if (missing) return false;
  return Object.entries(value).every(([name, field]) => {
    if (names !== undefined && !sides[side](names, name)) return false;
    const view = known.get(name) ?? others;
    return view === undefined ? side === 'receiver' : sides[side](view, field);
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Compares values of JSON Schema's `const` and `enum`, few of which are lists or objects. */
export function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
