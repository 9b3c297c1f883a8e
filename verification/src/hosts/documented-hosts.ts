import { readFileSync } from 'node:fs';

/*
 * The programs that docs/running.md puts on the paper's hosts, read from the page. The tests run exactly these, so that
 * the page stays true.
 */

export interface HostProgram {
  /** The address of the host. */
  readonly host: string;
  /** The folder of the app. */
  readonly app: string;
  readonly args: readonly string[];
  /** The variables that are exported everywhere, and those before the command. */
  readonly environment: Readonly<Record<string, string>>;
}

const page = new URL('../../../docs/running.md', import.meta.url);

export function documentedHosts(text: string = readFileSync(page, 'utf8')): readonly HostProgram[] {
  const section = /\n## The paper's five hosts\n([\s\S]*?)\n## /.exec(text)?.[1] ?? '';
  const everywhere = variablesOf([...section.matchAll(/^export (\S+)$/gm)].map(([, set = '']) => set));
  return [...section.matchAll(/^\| (\d+(?:\.\d+){3}) \| (.*) \|$/gm)].flatMap(([, host = '', programs = '']) =>
    [...programs.matchAll(/`([^`]+)`/g)].map(([, command = '']) => programOf(host, command, everywhere)),
  );
}

function programOf(host: string, command: string, everywhere: Readonly<Record<string, string>>): HostProgram {
  const found = /^((?:[A-Z_]+=\S+ )*)pnpm (?:calc|--filter (\S+) start) ?(.*)$/.exec(command);
  if (found === null) throw new Error(`docs/running.md: "${command}" is not understood`);
  const [, variables = '', filtered, args = ''] = found;
  return {
    host,
    app: filtered ?? 'client',
    args: words(args),
    environment: { ...everywhere, ...variablesOf(words(variables)) },
  };
}

function variablesOf(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(settings.map((set) => set.split('=', 2) as [string, string]));
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}
