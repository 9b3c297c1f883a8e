import { expect, test } from 'vitest';
import { mermaidOf } from '../shared/mermaid.ts';
import type { Figure, FromPlayground, SceneOutcome, Stage, Story, ToPlayground } from '../shared/playground.ts';
import { createPlayground } from './playground.ts';

/* The playground without a worker: the test lets the time pass. */

function open() {
  let computedMs = 0;
  let stage: Stage | undefined;
  let story: Story | undefined;
  let figure: Figure | undefined;
  const outcomes: SceneOutcome[] = [];
  const playground = createPlayground({
    tell(message: FromPlayground) {
      if (message.type === 'stage') ({ stage } = message);
      else if (message.type === 'story') ({ story } = message);
      else if (message.type === 'figure') ({ figure } = message);
      else if (message.type === 'scene') outcomes.push(message.outcome);
    },
    nowMs: () => (computedMs += 0.001),
  });
  const shown = <T>(what: T | undefined): T => {
    if (what === undefined) throw new Error('nothing was told');
    return what;
  };
  return {
    outcomes,
    stage: () => shown(stage),
    story: () => shown(story),
    figure: () => shown(figure),
    async tell(...commands: ToPlayground[]) {
      for (const command of commands) playground.hear(command);
      await playground.advance(0);
    },
    async pass(realMs: number) {
      for (let passed = 0; passed < realMs; passed += 16) await playground.advance(16);
    },
    async until(isThere: () => boolean) {
      for (let frames = 0; !isThere(); frames += 1) {
        if (frames > 20_000) throw new Error('it did not happen');
        await playground.advance(16);
      }
    },
  };
}

const begin = { type: 'begin', seed: 7 } as const;
const ask = { type: 'ask', formula: 'hypotenuse', operands: [12, 13] } as const;

test('a hypotenuse is answered in virtual time, and its messages are seen on the links', async () => {
  const { tell, until, stage, story, figure } = open();
  await tell(begin, { type: 'play' }, ask);
  const seen = new Set<string>();
  await until(() => {
    for (const { from, to, label, look } of stage().flying)
      if (look !== 'beat' && look !== 'control') seen.add(`${from} > ${to}: ${label}`);
    return story().rows[0]?.ending === 'value';
  });
  expect(story().rows[0]).toMatchObject({
    operands: '12, 13',
    outcome: '17.69180601295413',
    fallbacks: [],
    attempts: 1,
  });
  expect([...seen].toSorted()).toEqual([
    'broker > calc-server: 144',
    'broker > calc-server: 169',
    'broker > calc-server: leg 1: 12',
    'broker > calc-server: leg 2: 13',
    'broker > client: 17.69180601…',
    'broker > op-server-1: square(12)',
    'broker > op-server-2: square(13)',
    'calc-server > broker: 17.69180601…',
    'calc-server > broker: square(12)',
    'calc-server > broker: square(13)',
    'client > broker: leg 1: 12',
    'client > broker: leg 2: 13',
    'op-server-1 > broker: 144',
    'op-server-2 > broker: 169',
  ]);
  expect(figure().sequence.participants.map(({ name }) => name)).toEqual([
    'client',
    'primary broker',
    'calc-server',
    'op-server-1',
    'op-server-2',
  ]);
  expect(figure().sequence.steps).toHaveLength(14);
});

test('the same seed and the same acts give the same course, another seed another', async () => {
  async function figureOf(seed: number): Promise<string> {
    const { tell, pass, figure } = open();
    await tell({ type: 'begin', seed }, { type: 'play' }, ask);
    await pass(12_000);
    return mermaidOf(figure().sequence);
  }
  const first = await figureOf(7);
  expect(first).toContain('17.69180601295413');
  expect(await figureOf(7)).toBe(first);
  expect(await figureOf(8)).not.toBe(first);
});

test('without its op-server, the calc-server squares the leg itself, and the figure says so', async () => {
  const { tell, until, outcomes, figure } = open();
  await tell(begin, { type: 'scene', index: 1 });
  await until(() => outcomes.length === 2);
  expect(outcomes[1]).toMatchObject({ index: 1, row: { outcome: '17.69180601295413', fallbacks: [1] } });
  await tell({ type: 'pause' });
  expect(mermaidOf(figure().sequence)).toContain('Note over p2: computes lane 1 itself');
});

test('a broker that is killed in the middle of a request: its messages are lost, the backup takes over, and the answer comes', async () => {
  const { tell, until, outcomes, figure, stage, story } = open();
  await tell(begin, { type: 'scene', index: 2 });
  await until(() => outcomes.length === 2);
  expect(outcomes[1]).toMatchObject({ index: 2, row: { ending: 'value', outcome: '17.69180601295413' } });
  await tell({ type: 'pause' });
  const { participants, steps } = figure().sequence;
  expect(participants.map(({ name }) => name)).toEqual([
    'client',
    'primary broker',
    'backup broker',
    'calc-server',
    'op-server-1',
    'op-server-2',
  ]);
  expect(steps[0]).toMatchObject({ type: 'arrow', label: 'heartbeat', from: 1, to: 2 });
  expect(steps.filter((step) => step.type === 'arrow' && step.look === 'lost')).not.toEqual([]);
  const notes = steps.flatMap((step) =>
    step.type === 'note' ? [`${participants[step.over]?.name} ${step.label}`] : [],
  );
  expect(notes[0]).toBe('primary broker is killed');
  expect(notes[1]).toMatch(/^backup broker becomes active, epoch 2$/);
  expect(
    stage()
      .processes.map(({ state, isActive }) => [state, isActive])
      .slice(1, 3),
  ).toEqual([
    ['ended', false],
    ['running', true],
  ]);
  expect(story().events.map(({ event }) => event)).toContain('killed');
});

test('a cut holds messages back on the link, and healing it lets the answer come', async () => {
  const { tell, pass, until, stage, story } = open();
  const link = { type: 'link', one: 'client', other: 'broker' } as const;
  await tell(begin, { type: 'play' }, { type: 'pace', pace: 10 }, { ...link, action: 'cut' }, ask);
  await pass(1_000);
  expect(stage().cuts).toEqual(['client broker']);
  expect(stage().flying.filter(({ look }) => look === 'request')).toMatchObject([
    { from: 'client', to: 'broker', waits: true, progress: 0.5 },
    { from: 'client', to: 'broker', waits: true, progress: 0.5 },
  ]);
  await tell({ ...link, action: 'heal' }, { type: 'pace', pace: 500 });
  await until(() => story().rows[0]?.ending === 'value');
  expect(stage().cuts).toEqual([]);
});

test('a step goes on to the next thing that happens, and pauses', async () => {
  const { tell, stage, story } = open();
  await tell(begin, ask, { type: 'step' });
  expect(stage().playing).toBe(false);
  const first = stage().flying.filter(({ look }) => look === 'request');
  expect(first.map(({ label }) => label)).toContain('leg 1: 12');
  let steps = 0;
  while (story().rows[0]?.ending === 'open') {
    await tell({ type: 'step' });
    steps += 1;
  }
  expect(steps).toBeGreaterThan(5);
  expect(steps).toBeLessThan(40);
});

test('under load every request is answered, also when the broker is stopped and goes on', async () => {
  const { tell, pass, until, story, stage } = open();
  await tell(begin, { type: 'play' }, { type: 'pace', pace: 500 }, { type: 'load', perSecond: 100 });
  await pass(500);
  await tell({ type: 'act', process: 'broker', action: 'stop' });
  await until(() => stage().processes[2]?.isActive === true);
  await pass(500);
  await tell({ type: 'act', process: 'broker', action: 'resume' }, { type: 'load', perSecond: 0 });
  await until(() => story().requests === story().answered);
  expect(story().requests).toBeGreaterThan(50);
  expect(story().failover).toMatchObject({ process: 'backup broker', began: { event: 'paused' }, failed: 0, open: 0 });
  expect(stage().perSecond).toBe(0);
});

test('a killed process is started again, and serves again', async () => {
  const { tell, until, stage, story } = open();
  await tell(begin, { type: 'play' }, { type: 'pace', pace: 200 });
  const act = { type: 'act', process: 'calc-server' } as const;
  await tell({ ...act, action: 'kill' }, ask);
  expect(stage().processes.find(({ name }) => name === 'calc-server')?.state).toBe('ended');
  await tell({ ...act, action: 'start' });
  await until(() => story().rows[0]?.ending === 'value');
});
