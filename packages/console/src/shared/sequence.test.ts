import { expect, test } from 'vitest';
import { createLatencies } from '../observed/latencies.ts';
import { answer, call, calcServer, client, operand, opServer, result } from '../observed/passing.test-support.ts';
import { createRequestBook } from '../observed/request-book.ts';
import { mermaidOf } from './mermaid.ts';
import type { RequestDetail } from './request.ts';
import { sequenceOf } from './sequence.ts';

function detailOf(
  names: Record<string, string>,
  ...passed: Parameters<ReturnType<typeof createRequestBook>['passed']>[0][]
): RequestDetail {
  const book = createRequestBook(createLatencies());
  for (const message of passed) book.passed(message);
  const [kept] = book.all();
  if (kept === undefined) throw new Error('no request was seen');
  return { ...kept.row, messages: kept.messages, omitted: 0, inferred: false, names };
}

const names = { [client]: 'client cccc', [calcServer]: 'calc-server', [opServer]: 'op-server-1' };

test('a request with a resend and a fallback as Mermaid text', () => {
  const detail = detailOf(
    names,
    operand(1, 1, 3),
    call(7, 3),
    { ...call(7, 3, { attempt: 2 }), atMs: 1_005 },
    result(7, 9),
    answer(1, { fallbacks: [2] }),
  );
  expect(mermaidOf(sequenceOf(detail))).toBe(`sequenceDiagram
  participant p0 as client cccc
  participant p1 as calc-server
  participant p2 as op-server-1
  p0->>p1: operand 1#58; 3 [+0.0 ms]
  p1->>p2: square(3) [+3.0 ms]
  p1->>p2: square(3) (sent again, 2) [+4.0 ms]
  p2-->>p1: 9 [+5.0 ms]
  Note over p1: computes lane 2 itself
  p1-->>p0: 5 [+9.0 ms]
`);
});

test('a failure is an arrow of its own kind, with its code', () => {
  const sequence = sequenceOf(detailOf(names, operand(1, 1, 3), answer(1, { code: 'internal', message: 'broken' })));
  expect(sequence.steps.at(-1)).toMatchObject({ look: 'failure', label: 'internal: broken' });
});

test('no text of a message can end a line or begin a statement of Mermaid', () => {
  const hostile = 'a\nparticipant x;%%{init}%%<script>#quot;';
  const text = mermaidOf(sequenceOf(detailOf({ [client]: hostile }, operand(1, 1, hostile))));
  expect(text.split('\n')).toHaveLength(5);
  expect(text.replaceAll('->>', '')).not.toMatch(/[<>%{}"\\]|[^\d];/);
});

test('a long conversation is drawn in part, and says how much is left out', () => {
  const many = Array.from({ length: 100 }, (_, index) => call(index + 7, index));
  const sequence = sequenceOf(detailOf(names, operand(1, 1, 3), ...many));
  expect([sequence.steps.length, sequence.omitted]).toEqual([60, 41]);
});
