import { describe, expect, test } from 'vitest';
import type { PeerWatch } from './peer-watch.ts';
import { hear, restartSilence, watchFrom, withProbe } from './peer-watch.ts';
import type { PeerBeat } from './types.ts';

const heartbeatMs = 50;

function beatOf(incarnation: string, epoch = 1): PeerBeat {
  return { rank: 'backup', state: 'standby', epoch, incarnation, address: 'bbbbbbbbbbbb' };
}

/** Hears one beat of each incarnation, a beat apart; all of them have to count. */
function heardAll(incarnations: readonly string[]): { watch: PeerWatch; nowMs: number } {
  let watch = watchFrom(0);
  let nowMs = 0;
  for (const incarnation of incarnations) {
    nowMs += heartbeatMs;
    const after = hear(watch, beatOf(incarnation), nowMs, heartbeatMs);
    if (after === undefined) throw new Error(`${incarnation} did not count`);
    watch = after;
  }
  return { watch, nowMs };
}

describe('incarnations', () => {
  test('a new incarnation replaces all knowledge of the peer', () => {
    const { watch } = heardAll(['one', 'two']);
    expect(watch.peer).toEqual(beatOf('two'));
    expect(watch.replaced).toEqual(['one']);
  });

  test('a late beat of a replaced incarnation does not count', () => {
    const { watch, nowMs } = heardAll(['one', 'two']);
    expect(hear(watch, beatOf('one', 9), nowMs + 99, heartbeatMs)).toBeUndefined();
  });

  test('the last eight replaced incarnations are ignored, and older ones are forgotten', () => {
    const { watch, nowMs } = heardAll(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
    for (const incarnation of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) {
      expect(hear(watch, beatOf(incarnation), nowMs, heartbeatMs)).toBeUndefined();
    }
    expect(hear(watch, beatOf('a'), nowMs, heartbeatMs)?.peer?.incarnation).toBe('a');
  });

  test('an incarnation that was replaced by a late beat counts again when its replacement has missed two beats', () => {
    const { watch, nowMs } = heardAll(['living', 'dead']);
    expect(hear(watch, beatOf('living'), nowMs + 99, heartbeatMs)).toBeUndefined();
    const after = hear(watch, beatOf('living'), nowMs + 100, heartbeatMs);
    expect(after?.peer?.incarnation).toBe('living');
    expect(after?.replaced).toEqual(['dead']);
  });
});

describe('silence', () => {
  test('the silence is counted from the last beat that counts', () => {
    const { watch, nowMs } = heardAll(['one', 'two']);
    expect(hear(watch, beatOf('two'), nowMs + 50, heartbeatMs)?.silentSinceMs).toBe(nowMs + 50);
    expect(watch.silentSinceMs).toBe(nowMs);
  });

  test('the silence is counted anew after a late loop, and the knowledge of the peer stays', () => {
    const { watch } = heardAll(['one']);
    expect(restartSilence(watch, 900)).toEqual({ ...watch, silentSinceMs: 900 });
  });
});

describe('probes', () => {
  test('a beat after the probe makes its answer doubtful', () => {
    const asked = withProbe(heardAll(['one']).watch, 'asked');
    expect(hear(asked, beatOf('one'), 60, heartbeatMs)?.probe).toBe('doubtful');
  });

  test('without a probe, a beat puts no answer in doubt', () => {
    expect(heardAll(['one', 'one']).watch.probe).toBe('none');
  });

  test('a late loop does not make an answer doubtful', () => {
    expect(restartSilence(withProbe(watchFrom(0), 'asked'), 900).probe).toBe('asked');
  });
});
