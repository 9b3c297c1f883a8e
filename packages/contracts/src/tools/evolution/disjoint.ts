import { accepts } from './value-acceptance.ts';
import type { Compared } from './compared-pairs.ts';
import { fieldsOf } from './fields.ts';
import type { Piece, SchemaView, TypedPiece } from './schema-view.ts';
import { baseType, piecesOf } from './schema-view.ts';

/** Whether it is certain that no value of the sender fits the other schema. `false` means that this is not known. */
export function disjoint(sender: readonly Piece[], other: SchemaView, compared: Compared): boolean {
  return piecesOf(other).some((piece) => {
    if (piece.kind === 'never') return true;
    if (piece.kind === 'union') return piece.branches.every((branch) => disjoint(sender, branch, compared));
    return sender.some((mine) => arePiecesDisjoint(mine, piece, other, compared));
  });
}

function arePiecesDisjoint(mine: Piece, piece: Piece, other: SchemaView, compared: Compared): boolean {
  if (mine.kind === 'never') return true;
  if (mine.kind === 'values') return mine.values.every((value) => !accepts(other, value));
  if (mine.kind === 'union') return mine.branches.every((branch) => disjoint(piecesOf(branch), other, compared));
  if (mine.kind !== 'typed' || mine.type === undefined) return false;
  const type = baseType(mine.type);
  if (piece.kind === 'values') return piece.values.every((value) => typeName(value) !== type);
  if (piece.kind !== 'typed' || piece.type === undefined) return false;
  if (baseType(piece.type) !== type) return true;
  return type === 'object' && areFieldsDisjoint(mine, piece, compared);
}

/** Whether some field that both objects must have tells them apart. */
function areFieldsDisjoint(mine: TypedPiece, theirs: TypedPiece, compared: Compared): boolean {
  const [writes, reads] = [mine.keywords.properties, theirs.keywords.properties];
  // Objects without declared fields have none that could tell them apart.
  if (typeof writes !== 'object' || writes === null || typeof reads !== 'object' || reads === null) return false;
  return compared.disjoint(writes, reads, () => {
    const { known, always } = fieldsOf(mine);
    const { known: others, needed } = fieldsOf(theirs);
    return [...always].some((name) => {
      const [written, read] = [known.get(name), others.get(name)];
      return (
        needed.has(name) && written !== undefined && read !== undefined && disjoint(piecesOf(written), read, compared)
      );
    });
  });
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
