/* Numbers and times in words. */

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

/** `19:04:11` */
export function clock(atMs: number): string {
  return clockFormat.format(atMs);
}

/** `19:04:11.203` */
export function preciseClock(atMs: number): string {
  return `${clock(atMs)}.${String(Math.floor(atMs) % 1_000).padStart(3, '0')}`;
}

/** `0.42 ms`, `44 ms`, `12.3 ms`, `1.20 s`; a dash for undefined. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (Number.isInteger(ms) && ms < 1_000) return `${ms} ms`;
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`;
  return ago(ms);
}

/** `12 s`, `3 min`, `2 h` */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** `1,204`; `3.4` below ten. */
export function amount(value: number | undefined): string {
  if (value === undefined) return '–';
  const digits = value > 0 && value < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** `1 request`, `2 requests` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${amount(count)} ${count === 1 ? one : many}`;
}

/** A text of a contract with its invisible characters as numbers: the server does the same with texts of the bus. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cf}\p{Zl}\p{Zp}\u00a0]|(?!\n)\p{Cc}/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
