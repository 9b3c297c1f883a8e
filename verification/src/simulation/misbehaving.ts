import type { Bus } from '@cateto/bus';
import { open } from '@cateto/bus';
import type { SimulatedNetwork, SimulatedProcess } from '@cateto/simulation';
import type { Catalogue, Lane } from '@cateto/contracts';
import {
  beatLayout,
  beatTopic,
  failure,
  lanes,
  operationRequestTopic,
  operationResultTopic,
  readOperationRequest,
  resultMessage,
} from '@cateto/contracts';

/*
 * Op-servers that speak the protocol but do not keep to it. Each accepts requests like an honest one, and never
 * computes.
 */

export const misbehaviours = {
  /** It sends nothing at all. */
  mute: 'never beats',
  /** It names its requests every half second, and never answers. */
  'beats-for-ever': 'beats for ever',
  /** It names its requests once, with a lease of two seconds, and is silent from then on. */
  'beats-once': 'beats once',
  /** It names every possible seq, with a lease of a day. */
  'lists-all': 'lists what it has not',
  'window-0': 'announces a window of 0',
  'window-1': 'announces a window of 1',
  'window-all': 'announces a window of 2^53 - 1',
  'gives-back': 'hands everything back',
  'fails-fast': 'fails at once',
  /** It appears and disappears every 150 ms, and never sends anything. */
  flaps: 'joins and leaves',
} as const;
export type Misbehaviour = keyof typeof misbehaviours;

type OpServerBus = Bus<Catalogue, 'op-server'>;
/** The held requests, by requester. */
type Held = ReadonlyMap<string, readonly number[]>;

const beatEveryMs = 500;
const leaseMs = 2_000;
const dayMs = 86_400_000;
const flapEveryMs = 150;

/** Fields of a beat. */
interface Said {
  readonly held?: readonly number[];
  readonly silentMs?: number;
  readonly windows?: Readonly<Record<string, number>>;
  readonly returned?: readonly number[];
}

/** Starts such a server. It ends with its process. */
export function misbehave(
  kind: Misbehaviour,
  catalogue: Catalogue,
  network: SimulatedNetwork,
  process: SimulatedProcess,
): void {
  const { platform } = process;
  const openLink = network.openLink(process);
  const bus: OpServerBus = open({ role: 'op-server', catalogue, platform, openLink, onEvent: () => undefined });
  const held = new Map<string, number[]>();
  const topics: Parameters<OpServerBus['subscribe']>[0][] = [];

  function say(to: string, said: Said): void {
    bus.participant.publish(beatTopic, to, beatLayout.write(said as Parameters<typeof beatLayout.write>[0]));
  }

  for (const operation of Object.values(catalogue.operations)) {
    for (const lane of lanes) {
      const topic = operationRequestTopic(operation.name, lane);
      const replyTopic: `calc.${string}.result.${Lane}` = operationResultTopic(operation.name, lane);
      topics.push(topic);
      bus.receive(topic, readOperationRequest(catalogue, operation), (requests, { sender }) => {
        const seqs = requests.map(({ seq }) => seq);
        const known = held.get(sender) ?? [];
        const first = seqs.filter((seq) => !known.includes(seq));
        held.set(sender, [...known, ...first]);
        taken(sender, first, (seq) => {
          bus.publish(replyTopic, sender, resultMessage(seq, failure('internal', 'it always fails')), undefined);
        });
      });
    }
  }

  function taken(sender: string, seqs: readonly number[], fail: (seq: number) => void): void {
    if (kind === 'fails-fast') seqs.forEach(fail);
    else if (kind === 'gives-back') {
      held.delete(sender);
      say(sender, { returned: rangesOf(seqs) });
    } else if (kind === 'beats-once' && seqs.length > 0) {
      say(sender, { held: rangesOf(held.get(sender) ?? []), silentMs: leaseMs });
    }
  }

  function beat(): void {
    if (kind === 'lists-all')
      for (const sender of held.keys()) say(sender, { held: [1, 2 ** 53 - 1], silentMs: dayMs });
    else sayHeld(held);
    platform.after(beatEveryMs, beat);
  }

  function sayHeld(all: Held): void {
    const window = windowOf(kind);
    const windows =
      window === undefined
        ? {}
        : { windows: Object.fromEntries(Object.keys(catalogue.operations).map((name) => [name, window])) };
    for (const [sender, seqs] of all) say(sender, { held: rangesOf(seqs), silentMs: leaseMs, ...windows });
  }

  function flap(listening: boolean): void {
    for (const topic of topics) {
      if (listening) bus.subscribe(topic);
      else bus.unsubscribe(topic);
    }
    platform.after(flapEveryMs, () => flap(!listening));
  }

  if (kind === 'flaps') return flap(true);
  for (const topic of topics) bus.subscribe(topic);
  if (kind === 'beats-for-ever' || kind === 'lists-all' || windowOf(kind) !== undefined) beat();
}

function windowOf(kind: Misbehaviour): number | undefined {
  if (kind === 'window-0') return 0;
  if (kind === 'window-1') return 1;
  return kind === 'window-all' ? 2 ** 53 - 1 : undefined;
}

function rangesOf(seqs: readonly number[]): number[] {
  return seqs.toSorted((one, other) => one - other).flatMap((seq) => [seq, seq]);
}
