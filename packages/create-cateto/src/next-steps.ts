export type PackageManager = 'npm' | 'pnpm';

/**
 * The text after a project was written.
 *
 * @param folder relative to the working directory; empty for the working directory itself
 */
export function nextSteps(folder: string, files: readonly string[], manager: PackageManager): string {
  const steps = [
    ...(folder === '' ? [] : [[`cd ${quoted(folder)}`]]),
    [`${manager} install`],
    [`${manager} test`, 'on a simulated network, while a broker dies'],
    [`${manager} run cluster`, 'the whole system on this machine, until Ctrl-C'],
    [`${manager} run calc ${manager === 'npm' ? '-- ' : ''}primesBelow 1000000`, 'from another terminal: 78498'],
  ];
  const width = Math.max(...steps.map(([text = '']) => text.length));
  return [
    `wrote ${files.join(', ')}${folder === '' ? '' : ` in ${folder}`}`,
    'Next:',
    ...steps.map(([text = '', comment]) =>
      comment === undefined ? `  ${text}` : `  ${text.padEnd(width)}  # ${comment}`,
    ),
    '',
  ].join('\n');
}

/** As a shell reads it. In double quotes, a shell would still read `$` and backticks. */
function quoted(folder: string): string {
  return /[^\w./-]/.test(folder) ? `'${folder.replaceAll("'", String.raw`'\''`)}'` : folder;
}
