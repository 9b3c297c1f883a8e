import type { Metric } from '@cateto/app-kit';
import { metricsTable } from '@cateto/app-kit';
import type { ScrapedMetric } from '../support/scrape.ts';

/*
 * The page docs/metrics.md. `npx -y pnpm@12 -C tests exec vitest run src/docs/metrics.test.ts --update` writes it after a change of the
 * table in packages/app-kit/src/observe.
 */

const head = `# Metrics

After reading this page you know what each metric of Cateto means, and from which program it comes. The
[HTTP endpoint](running.md#http-endpoint) of a program exports its metrics on \`/metrics\`. This page is generated from
the table in the code.

- Names and labels of calls follow OpenTelemetry's conventions for remote procedure calls: \`rpc.server.call.duration\`
  is \`rpc_server_call_duration_seconds\` here. \`rpc_method\` is the name of the operation or formula, and \`_OTHER\` for
  one that the process does not know.
- A metric whose name ends in \`_total\` counts from the start of the process. Durations are histograms in seconds, whose
  buckets begin at 100 µs.
- A label value or a method appears when it is counted for the first time.
- The label \`role\` tells the two servers of a program that serves operations and formulas apart.
- A program of your own gets the same numbers from \`client.metrics()\` and \`service.metrics()\` ([sdk.md](sdk.md)).

`;

const programs = [
  ['Every program', (of: readonly string[]) => of.length === 3],
  ['Brokers', (of: readonly string[]) => of.join() === 'broker'],
  ['Op-servers and calc-servers', (of: readonly string[]) => of.join() === 'op-server,calc-server'],
  ['Calc-servers only', (of: readonly string[]) => of.join() === 'calc-server'],
] as const;

/** @param node the metrics of Node itself, as a process exports them */
export function metricsPage(node: readonly ScrapedMetric[]): string {
  const own = programs.map(([title, has]) => {
    const rows = metricsTable.filter(({ of }) => has(of)).map(row);
    return [`## ${title}`, '', '| metric | type | labels | is |', '|---|---|---|---|', ...rows, ''].join('\n');
  });
  const rows = node.map(({ name, type, help }) => `| \`${name}\` | ${type} | ${help.replaceAll('|', '\\|')} |`);
  const ofNode = [
    '## Node',
    '',
    'Every program exports these too.',
    '',
    '| metric | type | is |',
    '|---|---|---|',
    ...rows,
    '',
  ];
  return `${head}${[...own, ofNode.join('\n')].join('\n')}`;
}

function row({ name, type, labels, help }: Metric): string {
  const listed = labels.map((label) => `\`${label}\``).join(', ');
  return `| \`${name}\` | ${type} |${listed === '' ? '' : ` ${listed}`} | ${help.replaceAll('|', '\\|')} |`;
}
