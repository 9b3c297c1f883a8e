#!/usr/bin/python3
"""Serves `square` on the given lanes (lane 1 by default). Written from docs/wire.md alone. Debian: python3-zmq, python3-msgpack."""
import argparse, json, math, os, random, signal, socket, string, sys, time
import msgpack, zmq
from keys import prefix, use_keys
from square import refusal, square
from waiting import Load, Memory, Request, Waiting, ranges

PARSER = argparse.ArgumentParser(description=__doc__)
PARSER.add_argument("lanes", nargs="*", default=["1"])
PARSER.add_argument("--takes-ms", type=float, default=0, help="how long it computes each square")
OPTIONS = PARSER.parse_args()
ADDRESS = prefix()
ADDRESS += "".join(random.SystemRandom().choices(string.ascii_lowercase + string.digits, k=12 - len(ADDRESS)))
BROKERS = os.environ.get("CATETO_BROKERS", "127.0.0.1:5555:5556:5560,127.0.0.1:6555:6556:6560")
HELLO, STATUS, CANCEL = f"calc.hello.{ADDRESS}", f"calc.status.request.{ADDRESS}", f"calc.cancel.{ADDRESS}"
ROUTES = {f"calc.square.request.{lane}.{ADDRESS}": f"calc.square.result.{lane}" for lane in OPTIONS.lanes}
SOCKET = {zmq.LINGER: 0, zmq.MAXMSGSIZE: 2**20, zmq.HANDSHAKE_IVL: 1000, zmq.CONNECT_TIMEOUT: 1000, zmq.RECONNECT_IVL: 10,
          zmq.RECONNECT_IVL_MAX: 200, zmq.HEARTBEAT_IVL: 50, zmq.HEARTBEAT_TIMEOUT: 1000, zmq.HEARTBEAT_TTL: 200}


def connect(kind, place, default_port, more):
    link = zmq.Context.instance().socket(kind)
    for option, value in (SOCKET | more).items():
        link.setsockopt(option, value)
    for number, (host, *ports) in enumerate(broker.split(":") for broker in BROKERS.split(",")):
        use_keys(link, number)
        link.connect(f"tcp://{host}:{ports[place] if place < len(ports) else default_port}")
    return link


def log(event):
    print(json.dumps({"event": event, "address": ADDRESS}), file=sys.stderr, flush=True)


class Server:
    def __init__(self):
        self.mouth = connect(zmq.XPUB, 0, 5555, {zmq.IMMEDIATE: 1})
        self.ear = connect(zmq.SUB, 1, 5556, {})
        self.ear.subscribe(HELLO)
        self.links = self.ear.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self.markers, self.counter, self.listening, self.ending = set(), 0, False, False
        self.wait, self.hello_at, self.withdraw_at = 0.005, math.inf, math.inf  # seconds
        self.lossy_until = 0  # until then, beats may have been lost with a broker
        self.waiting, self.memory, self.load, self.answered = Waiting(), Memory(), Load(), 0
        self.cancellable = False  # whether it is subscribed to cancellations
        self.results = {}  # topic: results that are not published yet
        self.told = {}  # requester: the windows it was told of
        self.beat_at = {}  # requester: when it is to be looked whether a beat is due
        self.named = set()  # requesters that a beat has named something to, or announced a silence
        self.quiet = False  # a silence was announced and is not over
        self.warned = None  # the requesters that were told of the last run, if it took long and something may be unread

    def publish(self, topic, messages):
        self.mouth.send_multipart([topic.encode(), msgpack.packb([ADDRESS, 1, messages])])

    def hello(self, wait):
        self.wait, self.hello_at = wait, time.monotonic() + wait if self.markers else math.inf
        if self.markers:
            self.publish(HELLO, [[self.counter]])

    def doubt(self):
        self.counter += 1
        self.hello(0.005)

    def listen(self, wanted):
        if wanted == self.listening or (wanted and self.ending):
            return
        self.listening = wanted
        if wanted and not self.cancellable:
            self.cancellable = True
            self.ear.subscribe(CANCEL)  # until this server closes: it is told while it drains, too
        for topic in [*ROUTES, STATUS]:
            (self.ear.subscribe if wanted else self.ear.unsubscribe)(topic)
        log("ready" if wanted else "withdrawn")

    def subscription(self, up, topic):
        if not topic.startswith("calc.broker.") or (topic in self.markers) == up:
            return
        (self.markers.add if up else self.markers.discard)(topic)
        self.withdraw_at = math.inf if self.markers else time.monotonic() + 1
        if up:
            self.lossy_until = time.monotonic() + 1
        self.doubt()
        self.told.clear()
        for reply, result in self.memory.of_last_second() if up else ():
            self.publish(reply, [result])

    def message(self, topic, body):
        try:
            sender, below, messages, *more = msgpack.unpackb(body)
            if topic == HELLO and sender == ADDRESS and messages == [[self.counter]] and self.markers:
                self.hello_at = math.inf
                self.listen(True)
            elif topic == STATUS:
                for seq, *_ in messages:
                    self.publish(f"calc.status.result.{sender}", [[seq, 0, self.report(), []]])
            elif topic == CANCEL:
                self.cancel(sender, below, (more and more[0]) or [], messages)
            elif topic in ROUTES:
                self.requests(f"{ROUTES[topic]}.{sender}", sender, below, (more and more[0]) or [], messages)
        except (ValueError, TypeError, msgpack.UnpackException):
            log("message-dropped")

    def report(self):
        return {"role": "op-server", "serves": [f"square.{lane}" for lane in OPTIONS.lanes], "host": socket.gethostname(),
                "pid": os.getpid(), "sinceMs": STARTED_MS, "inFlight": len(self.waiting), "answered": self.answered,
                "runs": self.load.runs, "slots": 1, "queued": len(self.waiting), "windows": self.load.windows or {}}

    def settle(self, sender, below, stragglers, now):
        """Drops waiting requests that are settled now."""
        if self.memory.settle(sender, below, stragglers, now):
            self.waiting.drop(sender, self.memory.is_settled)

    def cancel(self, sender, below, stragglers, messages):
        """Ids belong to the sender of the batch. Nothing is published, and a late copy does not run."""
        now = time.monotonic()
        if sender not in self.memory.settled:
            return  # a stranger has no requests here
        self.settle(sender, below, stragglers, now)
        for seqs, *_ in messages:
            for key in [(sender, seq) for seq in seqs if type(seq) is int and not self.memory.is_settled(sender, seq)]:
                if key in self.waiting.held:
                    self.memory.given[key] = (now, self.waiting.remove(key).reply, None)
                elif key not in self.memory.given:
                    self.memory.early[key] = now

    def requests(self, reply, sender, below, stragglers, messages):
        now = time.monotonic()
        self.settle(sender, below, stragglers, now)
        for fields in messages:
            seq = fields[0] if type(fields) is list and fields else None
            if type(seq) is not int or self.memory.is_settled(sender, seq) or fields[3:4] == [0]:
                continue  # no message, settled, or past its time
            if (sender, seq) in self.memory.given:
                result = self.memory.given[sender, seq][2]
                self.hasten_beat(sender)
                if result is not None:
                    self.results.setdefault(reply, []).append(result)
            elif (sender, seq) in self.waiting.held:
                self.hasten_beat(sender)
            elif self.ending or self.memory.is_cancelled_early((sender, seq)):
                continue  # another server is asked when this one has withdrawn
            elif len(self.waiting) >= 10_000:
                self.answer(sender, seq, reply, [seq, "overloaded", "the server has 10000 requests in flight, as many as it admits"])
            else:
                ttl_ms = fields[3] if len(fields) > 3 and type(fields[3]) in (int, float) else 0
                self.waiting.add(Request(sender, seq, reply, fields, now, now + ttl_ms / 1000))
                if sender not in self.beat_at or now < self.lossy_until:
                    self.hasten_beat(sender)
        self.beat(sender)
        for gone in self.memory.forget(now):
            self.told.pop(gone, None)

    def hasten_beat(self, sender):
        """Sends the next beat within 50 ms: the last one may have been lost with a broker."""
        soon = time.monotonic() + 0.05
        self.beat_at[sender] = min(self.beat_at.get(sender, soon), soon)

    def answer(self, sender, seq, reply, result):
        self.memory.given[sender, seq] = (time.monotonic(), reply, result)
        self.answered += 1
        self.results.setdefault(reply, []).append(result)

    def flush(self):
        for reply, results in self.results.items():
            for first in range(0, len(results), 128):
                self.publish(reply, results[first:first + 128])
        self.results = {}

    def beat(self, sender, held=None, silent_ms=None, returned=None, leaving=None):
        """Sends a beat with these fields, and with the windows if they are new; sends nothing if there is nothing to report."""
        windows = self.load.windows
        fields = [held, silent_ms, None if self.told.get(sender) == windows else windows, returned, None, leaving]
        self.told[sender] = windows
        while fields and fields[-1] is None:
            fields.pop()
        if fields:
            self.publish(f"calc.beat.{sender}", [fields])

    def at_work(self, sender, silent_ms=2000, running=()):
        self.named.add(sender)
        self.beat_at[sender] = time.monotonic() + 0.5
        held = ranges(request.seq for request in [*self.waiting.of(sender), *running])
        self.beat(sender, held, silent_ms, leaving=True if self.ending else None)

    def look(self, sender, now):
        """Sends a beat that is due, or the last one when all named requests are answered."""
        since = next((request.since for request in self.waiting.of(sender)), None)
        if since is None:
            self.beat_at.pop(sender, None)
            if sender in self.named:
                self.named.discard(sender)
                self.beat(sender, [], 0)
        elif now - since < 0.05 and sender not in self.named:
            self.beat_at[sender] = since + 0.05
        else:
            self.at_work(sender)

    def announce(self, request, silent_ms):
        """Sends a beat before a run that may block: libzmq's own thread sends it while this thread blocks."""
        self.flush()
        self.warned = {*self.memory.lately(time.monotonic(), 64), *self.waiting.senders(), request.sender}
        for sender in self.warned:
            self.at_work(sender, silent_ms, [request] if sender == request.sender else [])
        self.quiet = True

    def give_back(self, now, before, besides=None):
        for sender, seqs in self.waiting.give_back(now, before, besides).items():
            self.beat(sender, returned=ranges(seqs))

    def give_strangers_back(self):
        """A requester that was not told of a long run may have sent its requests to another server meanwhile."""
        for sender in self.waiting.senders() - self.warned:
            for seqs in self.waiting.seqs_of(sender):
                self.beat(sender, returned=ranges(seqs))
            self.waiting.drop(sender, lambda *_: True)

    def may_begin(self):
        """Without a broker nobody would hear the beat before a run that may block."""
        return len(self.waiting) > 0 and (bool(self.markers) or not self.load.wary)

    def run(self, request, now):
        """@returns the result"""
        result = refusal(*request.fields)
        if result is None and request.until <= now:
            result = [request.seq, "deadline-exceeded", "square: its turn did not come before the deadline"]
        if result is None:
            if self.load.wary:
                self.announce(request, (request.until - now) * 1000)
            began = time.monotonic()
            time.sleep(OPTIONS.takes_ms / 1000)
            result = square(request.seq, request.fields[2])
            took = time.monotonic() - began
            self.warned = self.warned if took > 0.05 else None
            self.load.took(took * 1000)
            self.waiting.took(request, took)
        return result

    def work(self):
        """Works in the one slot for 20 ms or one run, then returns, so that new messages are read."""
        started = now = time.monotonic()
        if self.warned is not None:
            self.give_strangers_back()
            self.warned = None
        self.give_back(now, now - 0.1)
        while self.may_begin() and now < started + 0.02:
            request = self.waiting.first()
            if self.load.is_long():
                self.give_back(now, now, besides=request)
            self.waiting.begin(request)
            self.answer(request.sender, request.seq, request.reply, self.run(request, now))
            self.beat(request.sender)
            now = time.monotonic()
        self.flush()
        if self.quiet and not self.waiting:
            self.quiet = False
            for sender in list(self.named):
                self.look(sender, now)
        for sender in [sender for sender, due in self.beat_at.items() if due <= now]:
            self.look(sender, now)

    def turn(self, longest):
        longest = 0 if self.may_begin() else longest
        due = min(self.hello_at, self.withdraw_at, time.monotonic() + longest, *self.beat_at.values())
        ready = zmq.zmq_poll([(link, zmq.POLLIN) for link in (self.mouth, self.ear, self.links)],
                             max(0, math.ceil((due - time.monotonic()) * 1000)))
        for link, _ in ready:
            self.read(link)
        if time.monotonic() >= self.hello_at:
            self.hello(min(self.wait * 2, 0.1))
        if time.monotonic() >= self.withdraw_at:
            self.withdraw_at = math.inf
            self.listen(False)
        self.work()

    def read(self, link):
        """Everything that has arrived, also behind a run: a cancellation may be the last of it."""
        for _ in range(1000):
            try:
                frames = link.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            if link is self.links:
                self.doubt()
            elif link is self.mouth:
                self.subscription(frames[0][:1] == b"\x01", frames[0][1:].decode("latin1"))
            elif len(frames) == 2:
                self.message(frames[0].decode("latin1"), frames[1])

    def drain(self):
        self.flush()
        for sender in self.waiting.senders():
            self.at_work(sender)
        self.doubt()  # when this hello is back, the beats have passed the broker
        until = time.monotonic() + 0.1
        while self.hello_at < math.inf and time.monotonic() < until:
            self.turn(0.01)
        self.listen(False)
        until = time.monotonic() + 0.1
        while self.waiting and time.monotonic() < until:
            self.turn(0.01)
        for sender in self.waiting.senders():  # what has not begun is another's
            for seqs in self.waiting.seqs_of(sender):
                self.beat(sender, [], 0, ranges(seqs))
            self.named.discard(sender)
        for sender in self.named:
            self.beat(sender, [], 0)
        self.ear.unsubscribe(CANCEL)


STARTED_MS = time.time() * 1000
server = Server()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: setattr(server, "ending", True))
while not server.ending:
    server.turn(0.1)
server.drain()
server.ear.close(linger=500)
server.mouth.close(linger=500)
log("stopped")
