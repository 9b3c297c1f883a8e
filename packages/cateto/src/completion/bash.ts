import type { CommandTree, Kind } from '@cateto/app-kit';
import type { Node } from './nodes.ts';
import { nodesOf } from './nodes.ts';

/**
 * Completion for bash, from 3.2 on (the newest version of macOS), without the package bash-completion.
 *
 * The words before the cursor lead from command to command. `pending` is a flag whose value comes next. Bash splits
 * `--flag=value` at the `=`.
 */
export function bashCompletion(tree: CommandTree): string {
  const nodes = nodesOf(tree);
  const name = tree.name;
  const commands = nodes.filter(({ path }) => path !== name).map(({ path }) => quoted(path));
  const valued = nodes.flatMap(({ path, flags }) =>
    flags
      .filter(({ value }) => value !== undefined)
      .flatMap(({ names }) => names.map((flag) => quoted(`${path} ${flag}`))),
  );
  return `# Completion of ${name} for bash, made by \`${name} completion bash\`.
_${name}() {
  local at=${quoted(name)} pending='' arguments=0 words='' files='' word index
  local current=\${COMP_WORDS[COMP_CWORD]}
  for ((index = 1; index < COMP_CWORD; index += 1)); do
    word=\${COMP_WORDS[index]}
    if [[ $word == '=' ]]; then continue; fi
    if [[ -n $pending ]]; then pending=''; continue; fi
    case "$at $word" in
      ${commands.join('|')}) at="$at $word" ;;
      ${valued.join('|')}) pending=$word ;;
      *) if [[ $word != -* ]]; then arguments=$((arguments + 1)); fi ;;
    esac
  done
  if [[ $current == '=' ]]; then current=''; fi
  if [[ -n $pending ]]; then
    case "$at $pending" in
${nodes.flatMap(valueCases).join('\n')}
    esac
  elif [[ $current == -* ]]; then
    case "$at" in
${nodes.map(flagCase).join('\n')}
    esac
  else
    case "$at $arguments" in
${nodes.flatMap(argumentCases).join('\n')}
    esac
  fi
  COMPREPLY=()
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  elif [[ -n $words ]]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
  fi
}
complete -F _${name} ${name}
`;
}

function valueCases({ path, flags }: Node): string[] {
  return flags.flatMap(({ names, value }) => {
    const what = value === undefined ? undefined : assignment(value);
    return what === undefined ? [] : names.map((flag) => `      ${quoted(`${path} ${flag}`)}) ${what} ;;`);
  });
}

function flagCase({ path, flags }: Node): string {
  return `      ${quoted(path)}) words=${quoted(flags.flatMap(({ names }) => names).join(' '))} ;;`;
}

function argumentCases({ path, commands, argumentsAre }: Node): string[] {
  const kinds = commands.length > 0 ? [commands.map(({ name }) => name)] : argumentsAre;
  return kinds.flatMap((kind, index) => {
    const what = assignment(kind);
    return what === undefined ? [] : [`      ${quoted(`${path} ${index}`)}) ${what} ;;`];
  });
}

function assignment(kind: Kind): string | undefined {
  if (kind === 'anything') return undefined;
  return kind === 'file' ? 'files=1' : `words=${quoted(kind.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
