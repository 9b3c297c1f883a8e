import { expect, test } from 'vitest';
import type { Failover } from '../shared/state.ts';
import { fate, howLongSilent, whatHappened, whenItHappened } from './failover-words.ts';

const killedMs = new Date(2026, 10, 30, 2, 34, 44, 142).getTime();
const known: Failover = {
  atMs: killedMs + 175,
  process: 'backup broker',
  epoch: 2,
  began: { atMs: killedMs, process: 'primary broker', event: 'killed', level: 'warn', text: '', epoch: undefined },
  takeoverMs: 175,
  silence: { fromMs: killedMs + 69, toMs: killedMs + 340, usualMs: 21 },
  answered: 79,
  failed: 2,
  sentAgain: 2,
  open: 0,
};

function answers(failover: Failover): string[] {
  return [whatHappened, whenItHappened, howLongSilent, fate].map((answer) => answer(failover));
}

test('a failover answers what happened, when, how long no answer came, and whether a request was lost', () => {
  expect(answers(known)).toEqual([
    'The primary broker was killed. The backup broker took over its work.',
    'At 02:34:44.142. The backup broker became active at 02:34:44.317, 175 ms later, in epoch 2.',
    '271 ms, from 02:34:44.211 to 02:34:44.482. Before that, an answer usually came every 21 ms.',
    'None was lost: all 81 observed requests around that time were answered (2 with a failure), 2 of them after they were sent again.',
  ]);
});

test('a failover whose cause and requests were not seen claims nothing about them', () => {
  const unseen = { began: undefined, takeoverMs: undefined, silence: undefined, answered: 0, failed: 0, sentAgain: 0 };
  expect(answers({ ...known, ...unseen })).toEqual([
    'The backup broker took over.',
    'The backup broker became active at 02:34:44.317, in epoch 2.',
    'The console observed too few answers around that time to tell.',
    'No request was observed around that time.',
  ]);
});

test('a request without an answer is not called answered', () => {
  expect(fate({ ...known, failed: 0, sentAgain: 1, open: 2 })).toBe(
    'Of 81 observed requests around that time, no answer to 2 was seen; the others were answered, 1 of them after it was sent again.',
  );
});
