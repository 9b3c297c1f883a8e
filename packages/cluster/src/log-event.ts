/** A line of an app's log. */
export interface LogEvent {
  readonly event: string;
  readonly time: string;
  readonly level: string;
  readonly app: string;
  readonly [field: string]: unknown;
}

/** One line of NDJSON with an event; undefined for any other line. */
export function parseEvent(line: string): LogEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Partial<LogEvent>;
    return typeof value.event === 'string' ? (value as LogEvent) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
