import type { Sequence } from './sequence.ts';

/** The diagram as Mermaid text. Every character with a meaning in Mermaid is written as its number. */
export function mermaidOf({ participants, steps, omitted }: Sequence): string {
  const lines = [
    'sequenceDiagram',
    ...participants.map(({ name }, index) => `  participant p${index} as ${escaped(name)}`),
    ...steps.map((step) => {
      if (step.type === 'note') return `  Note over p${step.over}: ${escaped(step.label)}`;
      const { from, to, look, label, attempt, offsetMs } = step;
      const again = attempt > 1 ? ` (sent again, ${attempt})` : '';
      const arrow = { request: '->>', answer: '-->>', failure: '--x', lost: '-x' }[look];
      return `  p${from}${arrow}p${to}: ${escaped(`${label}${again} [+${offsetMs.toFixed(1)} ms]`)}`;
    }),
    ...(omitted > 0 ? [`  Note over p0: ${omitted} more messages`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

const labelMax = 80;

function escaped(text: string): string {
  const cut = text.length > labelMax ? `${text.slice(0, labelMax)}…` : text;
  return cut.replaceAll(/[^\p{L}\p{N} .,()[\]+=_…-]/gu, (character) => `#${character.codePointAt(0)};`);
}
