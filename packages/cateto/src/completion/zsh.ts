import type { CommandTree, Flag, Kind } from '@cateto/app-kit';
import type { Node } from './nodes.ts';
import { nodesOf } from './nodes.ts';

/** Completion for zsh, with descriptions. It has a function for each command, as zsh's own completions do. */
export function zshCompletion(tree: CommandTree): string {
  const { name } = tree;
  return `#compdef ${name}
# Completion of ${name} for zsh, made by \`${name} completion zsh\`.
${nodesOf(tree).map(functionOf).join('\n')}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function functionOf({ path, flags, commands, argumentsAre }: Node): string {
  const specs = flags.map(flagSpec);
  if (commands.length === 0) {
    const places = argumentsAre.map((kind, index) => quoted(`${index + 1}:argument:${action(kind)}`));
    return `${functionName(path)}() {
  _arguments ${[...specs, ...places].join(' ')}
}`;
  }
  const described = commands.map(({ name, description }) => quoted(`${name}:${description}`));
  const cases = commands.map(({ name }) => `        ${name}) ${functionName(`${path} ${name}`)} ;;`);
  return `${functionName(path)}() {
  local curcontext=$curcontext state line
  local -a commands
  _arguments -C ${specs.join(' ')} '1:command:->command' '*::argument:->argument' && return
  case $state in
    command)
      commands=(${described.join(' ')})
      _describe -t commands command commands ;;
    argument)
      case $words[1] in
${cases.join('\n')}
      esac ;;
  esac
}`;
}

function functionName(path: string): string {
  return `_${path.replaceAll(' ', '_')}`;
}

/** `'(-h --help)'{-h,--help}'[display help]'`: zsh offers a flag that was given no more, under none of its names. */
function flagSpec({ names, description, value }: Flag): string {
  const explained = `[${description.replaceAll(/[\\[\]:]/g, String.raw`\$&`)}]`;
  const follows = value === undefined ? '' : `:value:${action(value)}`;
  const [only = ''] = names;
  if (names.length === 1) return quoted(`${only}${value === undefined ? '' : '='}${explained}${follows}`);
  return `${quoted(`(${names.join(' ')})`)}{${names.join(',')}}${quoted(`${explained}${follows}`)}`;
}

function action(kind: Kind): string {
  if (kind === 'file') return '_files';
  return kind === 'anything' ? ' ' : `(${kind.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
