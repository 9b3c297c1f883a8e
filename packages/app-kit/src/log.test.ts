import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const index = fileURLToPath(new URL('./index.ts', import.meta.url));

/** What a process that logs some events writes on stderr. */
function logged(form: 'pretty' | 'json', level = 'info'): string {
  const code = `
    import { createLog, logEvents } from ${JSON.stringify(index)};
    const report = logEvents(await createLog({ app: 'calc-server', form: '${form}', level: '${level}', colour: false }));
    report({ event: 'ready', address: 'k3f0q9x2m1zd' });
    report({ event: 'fallback', operation: 'square', lane: 1, cause: 'no-listener', count: 3 });
    report({ event: 'misconfigured', message: 'both run as primary' });
    process.exit(0);
  `;
  const args = ['--conditions=@cateto/source', '--import', 'tsx', '--input-type=module', '--eval', code];
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stderr;
}

describe('the log', () => {
  test('as JSON is one object a line with time, level, app, event and the event’s fields', () => {
    const lines = logged('json')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    expect(lines).toEqual([
      { level: 'info', time, app: 'calc-server', event: 'ready', address: 'k3f0q9x2m1zd' },
      {
        level: 'warn',
        time,
        app: 'calc-server',
        event: 'fallback',
        operation: 'square',
        lane: 1,
        cause: 'no-listener',
        count: 3,
      },
      { level: 'error', time, app: 'calc-server', event: 'misconfigured', message: 'both run as primary' },
    ]);
  });

  test('as text is one line an event, written before the process ends', () => {
    const lines = logged('pretty').trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/WARN.*calc-server fallback operation=square lane=1 cause=no-listener count=3$/);
  });

  test('says nothing below its level', () => {
    expect(logged('json', 'error').trim().split('\n')).toHaveLength(1);
    expect(logged('json', 'silent')).toBe('');
  });
});
