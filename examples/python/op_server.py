#!/usr/bin/python3
"""Serves `square` on the given lanes (lane 1 by default). Written from docs/wire.md alone. Debian: python3-zmq, python3-msgpack."""
import argparse, itertools, json, math, os, random, signal, socket, string, sys, time
import msgpack, zmq

PARSER = argparse.ArgumentParser(description=__doc__)
PARSER.add_argument("lanes", nargs="*", default=["1"])
PARSER.add_argument("--takes-ms", type=float, default=0, help="how long it computes each square")
OPTIONS = PARSER.parse_args()
CONTRACT = 1358948392  # of `square`, as `cateto client operations --json` shows it
ADDRESS = "".join(random.SystemRandom().choices(string.ascii_lowercase + string.digits, k=12))
BROKERS = os.environ.get("CATETO_BROKERS", "127.0.0.1:5555:5556:5560,127.0.0.1:6555:6556:6560")
HELLO, STATUS = f"calc.hello.{ADDRESS}", f"calc.status.request.{ADDRESS}"
ROUTES = {f"calc.square.request.{lane}.{ADDRESS}": f"calc.square.result.{lane}" for lane in OPTIONS.lanes}
SOCKET = {zmq.LINGER: 0, zmq.MAXMSGSIZE: 2**20, zmq.HANDSHAKE_IVL: 1000, zmq.CONNECT_TIMEOUT: 1000, zmq.RECONNECT_IVL: 10,
          zmq.RECONNECT_IVL_MAX: 200, zmq.HEARTBEAT_IVL: 50, zmq.HEARTBEAT_TIMEOUT: 1000, zmq.HEARTBEAT_TTL: 200}


def connect(kind, place, default_port, more):
    link = zmq.Context.instance().socket(kind)
    for option, value in (SOCKET | more).items():
        link.setsockopt(option, value)
    for host, *ports in (broker.split(":") for broker in BROKERS.split(",")):
        link.connect(f"tcp://{host}:{ports[place] if place < len(ports) else default_port}")
    return link


def log(event):
    print(json.dumps({"event": event, "address": ADDRESS}), file=sys.stderr, flush=True)


def refusal(seq, contract=None, value=None, ttl_ms=None, *_later):
    if type(contract) is not int or type(ttl_ms) not in (int, float):
        return [seq, "invalid-request", "square: not seq, contract, input, ttlMs"]
    if contract != CONTRACT:
        return [seq, "contract-mismatch", f"square: the request has contract hash {contract}, the server has {CONTRACT}"]
    if type(value) not in (int, float) or not math.isfinite(value):
        return [seq, "invalid-request", "square: input: not a finite number"]


def square(seq, value):
    time.sleep(OPTIONS.takes_ms / 1000)
    result = float(value) * float(value)
    return [seq, 0, result, []] if math.isfinite(result) else [seq, "out-of-domain", "square: not a finite number"]


def ranges(seqs):
    found = []
    for seq in sorted(seqs):
        if found and found[-1] == seq - 1:
            found[-1] = seq
        else:
            found += [seq, seq]
    return found[:8192]


class Load:
    """How long runs take, and therefore how many requests of one requester keep the slot busy. Times in milliseconds."""

    def __init__(self):
        self.runs, self.mean, self.windows = 0, None, None
        self.wary = 1  # runs until it is presumed not to block

    def took(self, ms):
        self.runs += 1
        self.mean = ms if self.mean is None else self.mean + (ms - self.mean) / 8
        self.wary = 16 if ms > 20 else max(0, self.wary - 1)
        if self.runs < 32 or self.runs % 32 == 0:
            window = 1 if self.mean >= 25 else min(8192, max(2, int(25 / max(self.mean, 0.001))))
            # A small change of a large window needs no beat.
            self.windows = {"square": window if window <= 16 else 1 << (window.bit_length() - 1)}

    def is_long(self):
        return self.mean is None or self.mean >= 100


class Server:
    def __init__(self):
        self.mouth = connect(zmq.XPUB, 0, 5555, {zmq.IMMEDIATE: 1})
        self.ear = connect(zmq.SUB, 1, 5556, {})
        self.ear.subscribe(HELLO)
        self.links = self.ear.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self.markers, self.counter, self.listening, self.ending = set(), 0, False, False
        self.wait, self.hello_at, self.withdraw_at = 0.005, math.inf, math.inf  # seconds
        self.given = {}  # (requester, seq): when, topic, result; the oldest first
        self.settled = {}  # requester: below which seq, but which below it, when it said so; the oldest first
        self.held = {}  # (requester, seq): topic, fields, since when, until when; the oldest first
        self.results = {}  # topic: results that are not published yet
        self.load, self.answered = Load(), 0
        self.told = {}  # requester: the windows it was told of
        self.beat_at = {}  # requester: when it is to be looked whether a beat is due
        self.named = set()  # requesters that a beat has named something to, or announced a silence
        self.quiet = False  # a silence was announced and is not over

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
        for topic in [*ROUTES, STATUS]:
            (self.ear.subscribe if wanted else self.ear.unsubscribe)(topic)
        log("ready" if wanted else "withdrawn")

    def subscription(self, up, topic):
        if not topic.startswith("calc.broker.") or (topic in self.markers) == up:
            return
        (self.markers.add if up else self.markers.discard)(topic)
        self.withdraw_at = math.inf if self.markers else time.monotonic() + 1
        self.doubt()
        self.told.clear()
        for when, reply, result in self.given.values():
            if up and when > time.monotonic() - 1:
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
            elif topic in ROUTES:
                self.requests(f"{ROUTES[topic]}.{sender}", sender, below, (more and more[0]) or [], messages)
        except (ValueError, TypeError, msgpack.UnpackException):
            log("message-dropped")

    def report(self):
        return {"role": "op-server", "serves": [f"square.{lane}" for lane in OPTIONS.lanes], "host": socket.gethostname(),
                "pid": os.getpid(), "sinceMs": STARTED_MS, "inFlight": len(self.held), "answered": self.answered,
                "runs": self.load.runs, "slots": 1, "queued": len(self.held), "windows": self.load.windows or {}}

    def settle(self, sender, below, stragglers, now):
        """Drops waiting requests that are settled now. An older batch that arrives late changes nothing."""
        word = (below, -len(stragglers))
        before = self.settled.pop(sender, (1, [], 0))
        counts = word >= (before[0], -len(before[1])) or now - before[2] > 2
        self.settled[sender] = (below, stragglers, now) if counts else before
        if counts and (below, stragglers) != before[:2]:
            for key in [(who, seq) for who, seq in self.held if who == sender and self.is_settled(who, seq)]:
                del self.held[key]

    def is_settled(self, sender, seq):
        below, stragglers, _ = self.settled[sender]
        return seq < below and seq not in stragglers

    def requests(self, reply, sender, below, stragglers, messages):
        now = time.monotonic()
        self.settle(sender, below, stragglers, now)
        for fields in messages:
            seq = fields[0] if type(fields) is list and fields else None
            if type(seq) is not int or self.is_settled(sender, seq) or fields[3:4] == [0]:
                continue  # no message, settled, or past its time
            if (sender, seq) in self.given:
                self.results.setdefault(reply, []).append(self.given[sender, seq][2])
            elif (sender, seq) in self.held:
                # A repetition of a waiting request: its last beat may be lost.
                soon = time.monotonic() + 0.05
                self.beat_at[sender] = min(self.beat_at.get(sender, soon), soon)
            elif self.ending:
                continue  # another server is asked when this one has withdrawn
            elif len(self.held) >= 10_000:
                self.answer(sender, seq, reply, [seq, "overloaded", "the server has 10000 requests in flight, as many as it admits"])
            else:
                ttl_ms = fields[3] if len(fields) > 3 and type(fields[3]) in (int, float) else 0
                self.held[sender, seq] = (reply, fields, now, now + ttl_ms / 1000)
                self.beat_at.setdefault(sender, now + 0.05)
        self.beat(sender)
        for table, most, when in ((self.given, 100_000, 0), (self.settled, 10_000, 2)):
            while table and (len(table) > most or next(iter(table.values()))[when] < now - 60):
                oldest = next(iter(table))
                del table[oldest]
                self.told.pop(oldest, None)

    def answer(self, sender, seq, reply, result):
        self.held.pop((sender, seq), None)
        self.given[sender, seq] = (time.monotonic(), reply, result)
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

    def at_work(self, sender, silent_ms=2000):
        self.named.add(sender)
        self.beat_at[sender] = time.monotonic() + 0.5
        held = ranges(seq for who, seq in self.held if who == sender)
        self.beat(sender, held, silent_ms, leaving=True if self.ending else None)

    def look(self, sender, now):
        """Sends a beat that is due, or the last one when all named requests are answered."""
        since = next((since for (who, _), (_, _, since, _) in self.held.items() if who == sender), None)
        if since is None:
            self.beat_at.pop(sender, None)
            if sender in self.named:
                self.named.discard(sender)
                self.beat(sender, [], 0)
        elif now - since < 0.05 and sender not in self.named:
            self.beat_at[sender] = since + 0.05
        else:
            self.at_work(sender)

    def announce(self, silent_ms):
        """Sends a beat before a run that may block: libzmq's own thread sends it while this thread blocks."""
        self.flush()
        now = time.monotonic()
        lately = [who for who, (*_, said) in itertools.islice(reversed(self.settled.items()), 64) if said > now - 10]
        for sender in {*lately, *(who for who, _ in self.held)}:
            self.at_work(sender, silent_ms)
        self.quiet = True

    def give_back(self, before):
        """Gives back requests that arrived before then, except each requester's oldest: another server may be idle."""
        seen, returned = set(), {}
        for (sender, seq), (_, _, since, _) in self.held.items():
            if sender in seen and since <= before:
                returned.setdefault(sender, []).append(seq)
            seen.add(sender)
        for sender, seqs in returned.items():
            for seq in seqs[:4096]:
                del self.held[sender, seq]
            self.beat(sender, returned=ranges(seqs[:4096]))

    def work(self):
        """Works in the one slot for 20 ms or one run, then returns, so that new messages are read."""
        started = now = time.monotonic()
        self.give_back(now - 0.1)
        while self.held and now < started + 0.02:
            (sender, seq), (reply, fields, _, until) = next(iter(self.held.items()))
            result = refusal(*fields)
            if result is None and until <= now:
                result = [seq, "deadline-exceeded", "square: its turn did not come before the deadline"]
            if result is None:
                if self.load.is_long():
                    self.give_back(now)
                if self.load.wary:
                    self.announce((until - now) * 1000)
                began = time.monotonic()
                result = square(seq, fields[2])
                self.load.took((time.monotonic() - began) * 1000)
            self.answer(sender, seq, reply, result)
            self.beat(sender)
            now = time.monotonic()
        self.flush()
        if self.quiet and not self.held:
            self.quiet = False
            for sender in list(self.named):
                self.look(sender, now)
        for sender in [sender for sender, due in self.beat_at.items() if due <= now]:
            self.look(sender, now)

    def turn(self, longest):
        due = min(self.hello_at, self.withdraw_at, time.monotonic() + (0 if self.held else longest), *self.beat_at.values())
        ready = zmq.zmq_poll([(link, zmq.POLLIN) for link in (self.mouth, self.ear, self.links)],
                             max(0, math.ceil((due - time.monotonic()) * 1000)))
        for link, _ in ready:
            frames = link.recv_multipart()
            if link is self.links:
                self.doubt()
            elif link is self.mouth:
                self.subscription(frames[0][:1] == b"\x01", frames[0][1:].decode("latin1"))
            elif len(frames) == 2:
                self.message(frames[0].decode("latin1"), frames[1])
        if time.monotonic() >= self.hello_at:
            self.hello(min(self.wait * 2, 0.1))
        if time.monotonic() >= self.withdraw_at:
            self.withdraw_at = math.inf
            self.listen(False)
        self.work()
        return bool(ready or self.held)

    def drain(self):
        self.flush()
        for sender in {who for who, _ in self.held}:
            self.at_work(sender)
        self.doubt()  # when this hello is back, the beats have passed the broker
        until = time.monotonic() + 0.1
        while self.hello_at < math.inf and time.monotonic() < until:
            self.turn(0.01)
        self.listen(False)
        until = time.monotonic() + 0.1
        while self.held and time.monotonic() < until:
            self.turn(0)
        for sender in {who for who, _ in self.held}:  # what has not begun is another's
            seqs = [seq for who, seq in self.held if who == sender]
            for first in range(0, len(seqs), 4096):
                self.beat(sender, [], 0, ranges(seqs[first:first + 4096]))
            self.named.discard(sender)
        self.held.clear()
        for sender in list(self.named):
            self.look(sender, time.monotonic())


STARTED_MS = time.time() * 1000
server = Server()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: setattr(server, "ending", True))
while not server.ending:
    server.turn(0.1)
server.drain()
server.mouth.close(linger=500)
log("stopped")
