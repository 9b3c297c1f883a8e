import type { CommandTree } from '@cateto/app-kit';

/** A command with the words that lead to it: `cateto client batch`. */
export interface Node extends CommandTree {
  readonly path: string;
}

/** A command and all commands below it, in order. */
export function nodesOf(tree: CommandTree, before: readonly string[] = []): readonly Node[] {
  const words = [...before, tree.name];
  return [{ ...tree, path: words.join(' ') }, ...tree.commands.flatMap((command) => nodesOf(command, words))];
}
