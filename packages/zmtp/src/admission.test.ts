import { expect, test } from 'vitest';
import type { AdmissionLimits } from './admission.ts';
import { createAdmission } from './admission.ts';
import { createMemoryEnd } from './memory-network.test-support.ts';
import type { Stream } from './network.ts';

const roomy: AdmissionLimits = { connectionsMax: 100, handshakesMax: 100, handshakesOfHostMax: 100 };

function from(host: string): Stream {
  return { ...createMemoryEnd().stream, host };
}

function admitting(limits: Partial<AdmissionLimits>) {
  const admission = createAdmission({ ...roomy, ...limits });
  return {
    ...admission,
    /** Lets this many connections of a host come, and completes their handshakes. */
    readied(host: string, count: number): Stream[] {
      return Array.from({ length: count }, () => {
        const stream = from(host);
        expect(admission.came(stream)).toBeUndefined();
        admission.ready(stream);
        return stream;
      });
    },
  };
}

test('the oldest handshake of a host makes room for the next one of the same host', () => {
  const admission = admitting({ handshakesOfHostMax: 2 });
  const [first, second, third, other] = [from('a'), from('a'), from('a'), from('b')] as const;
  for (const stream of [first, second, other]) expect(admission.came(stream)).toBeUndefined();
  expect(admission.came(third)).toBe(first);
  // Completed handshakes do not count.
  admission.ready(second);
  expect(admission.came(from('a'))).toBeUndefined();
});

test('when too many handshakes are in progress, the host with the most gives up its oldest one', () => {
  const admission = admitting({ handshakesMax: 3 });
  const [first, second, honest] = [from('a'), from('a'), from('b')] as const;
  for (const stream of [honest, first, second]) expect(admission.came(stream)).toBeUndefined();
  expect(admission.came(from('c'))).toBe(first);
});

test('when all connections are taken, the host with the most gives up its latest one for another host', () => {
  const admission = admitting({ connectionsMax: 5 });
  const many = admission.readied('a', 4);
  admission.readied('b', 1);
  expect(admission.came(from('b'))).toBe(many[3]);
  // With another one, b would have as many as a.
  const refused = from('b');
  expect(admission.came(refused)).toBe(refused);
});

test('a host that has the most connections takes none from the others', () => {
  const admission = admitting({ connectionsMax: 3 });
  admission.readied('b', 1);
  admission.readied('a', 2);
  const stream = from('a');
  expect(admission.came(stream)).toBe(stream);
});

test('connections that have closed leave room, whenever they closed', () => {
  const admission = admitting({ connectionsMax: 2, handshakesOfHostMax: 1 });
  for (let time = 0; time < 10; time += 1) {
    const [one] = admission.readied('a', 1);
    const two = from('a');
    expect(admission.came(two)).toBeUndefined();
    if (one !== undefined) admission.left(one);
    admission.left(two);
    admission.left(two);
  }
});
