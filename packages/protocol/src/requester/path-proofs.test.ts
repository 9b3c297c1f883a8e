import { describe, expect, test } from 'vitest';
import { createPathProofs } from './path-proofs.ts';

function setUp() {
  const sent: number[] = [];
  return { sent, paths: createPathProofs((proof) => void sent.push(proof)) };
}

describe('proofs that brokers forward', () => {
  test('silence counts as soon as a hello has come back quickly', () => {
    const { paths } = setUp();
    const proof = paths.ask(0);
    expect(paths.waitMs(proof, 1)).toBe(100);
    paths.proven(proof, 2);
    expect(paths.waitMs(proof, 2)).toBe(0);
  });

  test('silence counts a while after a hello that took long, because its server has just got the request', () => {
    const { paths } = setUp();
    const proof = paths.ask(0);
    paths.proven(proof, 300);
    expect(paths.waitMs(proof, 340)).toBe(60);
    expect(paths.waitMs(proof, 400)).toBe(0);
  });

  test('one hello is awaited at a time, and what was sent after it needs the next one', () => {
    const { paths, sent } = setUp();
    const first = paths.ask(0);
    const second = paths.ask(1);
    expect(paths.ask(2)).toBe(second);
    expect(sent).toEqual([first]);
    paths.proven(first, 3);
    expect(sent).toEqual([first, second]);
    expect(paths.waitMs(second, 4)).toBe(100);
    paths.proven(second, 5);
    expect(paths.waitMs(second, 5)).toBe(0);
  });

  test('a hello that is lost is sent again, and the next one that comes back counts as late', () => {
    const { paths, sent } = setUp();
    const lost = paths.ask(0);
    expect(paths.waitMs(lost, 499)).toBe(100);
    expect(paths.waitMs(lost, 500)).toBe(100);
    expect(sent).toEqual([1, 2]);
    paths.proven(2, 501);
    expect(paths.waitMs(lost, 501)).toBe(100);
  });

  test('a broker that continues after a hello was sent again has still stood still', () => {
    const { paths } = setUp();
    const proof = paths.ask(0);
    paths.waitMs(proof, 500);
    paths.proven(1, 510);
    paths.proven(2, 511);
    expect(paths.waitMs(2, 520)).toBe(90);
  });
});
