/* Reads Prometheus' text format. */

export interface ScrapedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export async function scrape(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  return text;
}

export function metricsIn(text: string): readonly ScrapedMetric[] {
  const types = new Map(
    Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', type = '']) => [name, type]),
  );
  return Array.from(text.matchAll(/^# HELP (\S+) (.*)$/gm), ([, name = '', help = '']) => {
    return { name, help, type: types.get(name) ?? '' };
  });
}

export function samplesIn(text: string): readonly ScrapedSample[] {
  return Array.from(text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? (\S+)$/gm), ([, name = '', labels = '', value]) => {
    const pairs = Array.from(labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, label = '', word = '']) => [
      label,
      word,
    ]);
    return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
  });
}

/** The sum of the samples of a name that have these labels, and whatever others. */
export function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samplesIn(text)
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, word]) => sample.labels[label] === word))
    .reduce((sum, { value }) => sum + value, 0);
}
