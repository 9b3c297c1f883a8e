import type { Tracing } from './tracing.ts';

/**
 * The traces of a program. Their code is loaded only if traces are wanted.
 *
 * @param failed receives the reason why spans were lost
 * @throws SettingFault for a variable `OTEL_*` that cannot be used
 */
export async function loadTracing(
  wanted: boolean,
  service: string,
  failed: (cause: string) => void,
): Promise<Tracing | undefined> {
  if (!wanted) return undefined;
  const { startTracing } = await import('./tracing.ts');
  return startTracing(service, process.env, failed);
}
