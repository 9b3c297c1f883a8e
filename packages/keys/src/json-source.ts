import type { ValueNode } from '@humanwhocodes/momoa';
import { parse } from '@humanwhocodes/momoa';
import type { Faults } from './fault.ts';
import { faulty } from './fault.ts';

/* JSON whose values know their lines. A member that occurs twice is refused: a reader would see only one of them. */

export interface JsonSource {
  readonly value: unknown;
  /** The line of a value, or of the nearest one around it. `path` has names and indexes. */
  lineOf(path: readonly PropertyKey[]): number;
}

export function parseJson(text: string): JsonSource | Faults {
  let root: ValueNode;
  try {
    root = parse(text).body;
  } catch (error) {
    // The errors of this library say where: "(3:5)".
    const { message, line } = error as Error & { readonly line?: number };
    return faulty(`not JSON: ${message.replace(/ ?\(\d+:\d+\)$/, '')}`, '', line);
  }
  const value = valueOf(root, '');
  if (isFound(value)) return value.twice;
  return { value, lineOf: (path) => nodeAt(root, path).loc.start.line };
}

/** A member that occurs twice. */
class Found {
  readonly twice: Faults;

  constructor(twice: Faults) {
    this.twice = twice;
  }
}

function isFound(value: unknown): value is Found {
  return value instanceof Found;
}

function valueOf(node: ValueNode, path: string): unknown {
  if (node.type === 'Array') {
    const values = node.elements.map(({ value }, index) => valueOf(value, `${path}[${index}]`));
    return values.find(isFound) ?? values;
  }
  if (node.type === 'Object') {
    const members = new Map<string, unknown>();
    for (const member of node.members) {
      const name = member.name.type === 'String' ? member.name.value : member.name.name;
      const field = path === '' ? name : `${path}.${name}`;
      if (members.has(name)) return new Found(faulty('the member occurs twice', field, member.loc.start.line));
      const value = valueOf(member.value, field);
      if (isFound(value)) return value;
      members.set(name, value);
    }
    return Object.fromEntries(members);
  }
  return node.type === 'String' || node.type === 'Number' || node.type === 'Boolean' ? node.value : null;
}

function nodeAt(root: ValueNode, path: readonly PropertyKey[]): ValueNode {
  let node = root;
  for (const step of path) {
    const next = childOf(node, step);
    if (next === undefined) break;
    node = next;
  }
  return node;
}

function childOf(node: ValueNode, step: PropertyKey): ValueNode | undefined {
  if (node.type === 'Array') return node.elements[Number(step)]?.value;
  if (node.type !== 'Object') return undefined;
  return node.members.find(({ name }) => name.type === 'String' && name.value === step)?.value;
}
