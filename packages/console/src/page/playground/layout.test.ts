import { expect, test } from 'vitest';
import { hosts, links } from '../../shared/playground.ts';
import { along, between, layoutFor } from './layout.ts';

test.each([300, 328, 700, 1_200, 2_500])(
  'in a box of %i pixels, no card sticks out and none covers another',
  (width) => {
    const { centers, card, height } = layoutFor(width);
    for (const host of hosts) {
      const { x, y } = centers[host];
      expect(x - card.width / 2).toBeGreaterThanOrEqual(-0.01);
      expect(x + card.width / 2).toBeLessThanOrEqual(width + 0.01);
      expect(y + card.height / 2).toBeLessThanOrEqual(height + 0.01);
      for (const other of hosts) {
        const apart = Math.abs(centers[other].x - x) >= card.width || Math.abs(centers[other].y - y) >= card.height;
        expect(other === host || apart).toBe(true);
      }
    }
  },
);

test.each([300, 328, 690, 700, 1_200, 2_500])('in a box of %i pixels, no link runs behind a card', (width) => {
  const layout = layoutFor(width);
  const { centers, card } = layout;
  for (const [one, other] of links) {
    for (const host of hosts.filter((name) => name !== one && name !== other)) {
      const { x, y } = centers[host];
      const covered = Array.from({ length: 201 }, (_, step) => along(between(layout, one, other), step / 200)).filter(
        (point) => Math.abs(point.x - x) < card.width / 2 && Math.abs(point.y - y) < card.height / 2,
      );
      expect(covered, `${one} to ${other}, behind ${host}`).toEqual([]);
    }
  }
});

test('a link is drawn between the edges of its cards', () => {
  const layout = layoutFor(1_000);
  const [from, to] = between(layout, 'broker', 'backup');
  expect(from.y).toBeCloseTo(layout.centers.broker.y + layout.card.height / 2);
  expect(to.y).toBeCloseTo(layout.centers.backup.y - layout.card.height / 2);
});
