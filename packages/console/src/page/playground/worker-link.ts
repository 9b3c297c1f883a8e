import { signal } from '@preact/signals';
import type { Figure, FromPlayground, SceneOutcome, Stage, Story, ToPlayground } from '../../shared/playground.ts';
// oxlint-disable-next-line import/default -- Vite makes it
import workerUrl from '../../playground/worker.ts?worker&url';

/* The worker in which the simulation runs, and what it tells. */

export const stage = signal<Stage | undefined>(undefined);
const nothing: Story = {
  rows: [],
  requests: 0,
  answered: 0,
  events: [],
  failover: undefined,
  isUnderWay: false,
};
export const story = signal<Story>(nothing);
export const figure = signal<Figure | undefined>(undefined);
export const outcomes = signal<readonly (SceneOutcome | undefined)[]>([]);
/** Why the simulation has ended. */
export const fault = signal<string | undefined>(undefined);

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

// The page's policy accepts a script address only from a rule: this one knows the one worker of this page.
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
const address =
  trustedTypes?.createPolicy('cateto-playground', { createScriptURL: () => workerUrl }).createScriptURL('') ??
  workerUrl;

let worker: Worker | undefined;

export function tell(command: ToPlayground): void {
  worker ??= open();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
  worker.postMessage(command);
}

/** Another system, from its beginning. */
export function begin(seed: number): void {
  if (fault.value !== undefined) close();
  outcomes.value = [];
  tell({ type: 'begin', seed });
}

/** The simulation ends with the view. */
export function close(): void {
  worker?.terminate();
  worker = undefined;
  stage.value = undefined;
  figure.value = undefined;
  fault.value = undefined;
  story.value = nothing;
  outcomes.value = [];
}

function open(): Worker {
  const opened = new Worker(address, { type: 'module' });
  opened.addEventListener('message', ({ data }: MessageEvent<FromPlayground>) => hear(data));
  opened.addEventListener('error', ({ message }) => (fault.value = message || 'its script could not be loaded'));
  return opened;
}

function hear(message: FromPlayground): void {
  switch (message.type) {
    case 'stage':
      stage.value = message.stage;
      return;
    case 'story':
      story.value = message.story;
      return;
    case 'figure':
      figure.value = message.figure;
      return;
    case 'scene': {
      const { outcome } = message;
      const before = outcomes.value;
      const length = Math.max(before.length, outcome.index + 1);
      outcomes.value = Array.from({ length }, (_, index) => (index === outcome.index ? outcome : before[index]));
      return;
    }
    case 'fault':
      fault.value = message.message;
  }
}
