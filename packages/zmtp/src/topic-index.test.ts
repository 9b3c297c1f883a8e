import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTopicIndex } from './topic-index.ts';

type Step = readonly ['add' | 'remove' | 'leave' | 'match', peer: number, topic: string];

const aTopic = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 4 });
const aStep: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('add', 'add', 'remove', 'match', 'match', 'leave'),
  fc.integer({ min: 0, max: 3 }),
  aTopic,
);

/** A model of the index: a list that is searched. */
function createModel() {
  let asked: (readonly [peer: number, prefix: string])[] = [];
  const has = (peer: number, prefix: string): boolean => asked.some(([one, other]) => one === peer && other === prefix);
  const isWanted = (prefix: string): boolean => asked.some(([, other]) => other === prefix);
  const without = (peer: number, prefix: string): void => {
    asked = asked.filter(([one, other]) => one !== peer || other !== prefix);
  };
  return {
    add(peer: number, prefix: string) {
      const first = !isWanted(prefix);
      if (!has(peer, prefix)) asked.push([peer, prefix]);
      return first;
    },
    remove(peer: number, prefix: string) {
      const had = has(peer, prefix);
      without(peer, prefix);
      return had && !isWanted(prefix);
    },
    leave(peer: number) {
      const own = asked.filter(([one]) => one === peer).map(([, prefix]) => prefix);
      for (const prefix of own) without(peer, prefix);
      return own.filter((prefix) => !isWanted(prefix));
    },
    count: (peer: number) => asked.filter(([one]) => one === peer).length,
    match: (topic: string) => new Set(asked.filter(([, prefix]) => topic.startsWith(prefix)).map(([peer]) => peer)),
  };
}

function eachOnce<T>(all: readonly T[]): Set<T> {
  const set = new Set(all);
  expect(all).toHaveLength(set.size);
  return set;
}

test('the index finds the same peers as a search of all prefixes', () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
      const index = createTopicIndex<number>();
      const model = createModel();
      for (const [step, peer, topic] of steps) {
        if (step === 'match') expect(eachOnce(index.match(topic))).toEqual(model.match(topic));
        else if (step === 'leave') expect(index.leave(peer)).toEqual(model.leave(peer));
        else expect(index[step](peer, topic)).toBe(model[step](peer, topic));
        expect(index.count(peer)).toBe(model.count(peer));
        for (const one of ['', 'a', 'ab', 'ab.a']) expect(eachOnce(index.match(one))).toEqual(model.match(one));
      }
    }),
    { numRuns: 100 },
  );
});

test('a matched topic is not looked up again before a subscription changes', () => {
  const index = createTopicIndex<string>();
  index.add('one', 'a');
  const before = index.match('ab');
  expect(index.match('ab')).toBe(before);
  index.add('two', 'ab');
  expect(index.match('ab')).toEqual(['one', 'two']);
});

test('the memory for matched topics is bounded by the number of their subscribers, not by the number of topics alone', () => {
  const index = createTopicIndex<number>();
  for (let peer = 0; peer < 1_000; peer += 1) index.add(peer, '');
  const first = index.match('0');
  for (let topic = 1; topic < 40; topic += 1) index.match(String(topic));
  expect(index.match('0')).not.toBe(first);
  expect(index.match('0')).toHaveLength(1_000);
});
