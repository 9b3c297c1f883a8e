import { expect, test } from 'vitest';
import { assign, openRequest } from './request.ts';
import { createFailing } from './failing-servers.ts';
import { createRooms } from './rooms.ts';
import { createServers } from './servers.ts';
import { a, b, callOf, route } from './requester.test-support.ts';

const servers = createServers(() => 0, createRooms(16), createFailing());

function listed(address: string) {
  servers.up(route, address);
  const server = servers.find(route, address);
  servers.down(route, address);
  return server;
}

test('a server that is listed again has had a request since it was first sent there, and does not count as an earlier server', () => {
  const request = openRequest(callOf(1), 0, 200);
  assign(request, listed(a), 100);
  assign(request, listed(a), 1_500);
  expect([request.serverSinceMs, request.earlier]).toEqual([100, undefined]);
});

test('a server that gets a request again after another server has had it since it was first sent there', () => {
  const request = openRequest(callOf(1), 0, 200);
  assign(request, listed(a), 100);
  assign(request, listed(b), 700);
  assign(request, listed(a), 1_500);
  expect(request.serverSinceMs).toBe(100);
});
