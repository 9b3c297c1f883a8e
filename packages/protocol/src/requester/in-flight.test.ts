import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFailing } from './failing-servers.ts';
import { join, leave, requestsAndCopiesAt, requestsAt } from './in-flight.ts';
import type { OpenRequest } from './request.ts';
import { forgetAsked, forgetEarlier, noteEarlier, openRequest, wasAsked } from './request.ts';
import { createRooms } from './rooms.ts';
import { createServers } from './servers.ts';
import { a, b, callOf, route } from './requester.test-support.ts';

const step = fc.record({
  do: fc.constantFrom('give', 'give', 'take back', 'forget', 'settle', 'list anew'),
  seq: fc.integer({ min: 1, max: 12 }),
  address: fc.constantFrom(a, b, 'cccccccccccc'),
});

test('a place lists the requests that its server has, and its copies, as a search of all open requests finds them', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const rooms = createRooms(16);
      const servers = createServers(() => 0, rooms, createFailing());
      const open = new Map<number, OpenRequest<string>>();
      const listed = (address: string) => {
        servers.up(route, address);
        const server = servers.find(route, address);
        if (server === undefined) throw new Error(`${address} is not listed`);
        return server;
      };
      const take = (request: OpenRequest<string>): void => {
        const { server } = request;
        if (server === undefined) return;
        leave(request, server.place);
        noteEarlier(request, server, 0);
        request.server = undefined;
      };
      for (const { do: what, seq, address } of steps) {
        const request = open.get(seq) ?? openRequest(callOf(seq), 0, 200);
        open.set(seq, request);
        const server = listed(address);
        if (what === 'give') {
          take(request);
          request.server = server;
          join(request, servers.roomOf(server, 'square'));
        } else if (what === 'take back') take(request);
        else if (what === 'forget') forgetAsked(request, server);
        else if (what === 'list anew') servers.down(route, address);
        else {
          take(request);
          forgetEarlier(request);
          open.delete(seq);
        }
        for (const place of [a, b, 'cccccccccccc'].flatMap((each) => rooms.find(each) ?? [])) {
          const all = [...open.values()].toSorted((one, another) => one.call.seq - another.call.seq);
          const here = all.filter((one) => one.server?.address === place.address);
          expect(requestsAt([place], () => true)).toEqual(here);
          expect(requestsAt([place], (one) => one.call.seq > 6)).toEqual(here.filter((one) => one.call.seq > 6));
          expect(place.inFlight).toBe(here.length);
          expect(requestsAndCopiesAt(place)).toEqual(all.filter((one) => wasAsked(one, place.address)));
        }
      }
    }),
  );
});
