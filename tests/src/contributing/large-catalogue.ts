import { draftsOf } from '../../../scripts/contracts/new/drafts.ts';
import { requestOf } from '../../../scripts/contracts/new/request.ts';
import { writeRegistries } from '../../../scripts/contracts/registries.ts';
import type { Workspace } from './workspace.ts';

/**
 * Adds this number of operations and of formulas, as the generator writes them. Every formula has 2 to 8 operands and
 * requests an operation of its own for each.
 */
export async function enlarge(workspace: Workspace, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const operands = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].slice(0, 2 + (number % 7)).join();
    const requests = [
      requestOf('operation', { name: `operation${number}` }),
      requestOf('formula', { name: `formula${number}`, operands }),
    ];
    for (const request of requests) {
      for (const { path, text } of await draftsOf(workspace.root, request)) {
        workspace.write(path, text.replaceAll(/\bsquare\b/g, `operation${number}`));
      }
    }
  }
  writeRegistries(workspace.root);
}
