import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../docs/pages.ts';

/* The PromQL of the files in deploy/. */

export const folder = join(repository, 'deploy');

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

export interface Expression {
  /** Of the alert or the panel. */
  readonly title: string;
  readonly expr: string;
}

export function alertExpressions(): readonly Expression[] {
  const { groups } = load(readFileSync(join(folder, 'cateto-alerts.yml'), 'utf8')) as Rules;
  return groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ title: alert, expr })));
}

/** With the variables of Grafana replaced. */
export function dashboardExpressions(): readonly Expression[] {
  const dashboard = JSON.parse(readFileSync(join(folder, 'grafana-dashboard.json'), 'utf8')) as Dashboard;
  const ofPanels = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
  const others = dashboard.annotations.list.map(({ name, expr }) => ({ title: name, expr }));
  return [...ofPanels, ...others].map(({ title, expr }) => {
    return { title, expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*') };
  });
}

const words = new Set(['by', 'le', 'or', 'vector', 'sum', 'min', 'rate', 'increase', 'changes', 'histogram_quantile']);

/** The names of metrics in an expression. */
export function metricNamesIn(expr: string): readonly string[] {
  const plain = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, ' ');
  return Array.from(plain.matchAll(/[a-z_]\w*/g), ([word]) => word).filter((word) => !words.has(word));
}
