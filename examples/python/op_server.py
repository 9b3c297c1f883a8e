#!/usr/bin/python3
"""Serves `square` on the lanes given (1 unless given) by docs/protocol.md alone. Debian: python3-zmq, python3-msgpack."""
import json, math, os, random, signal, socket, string, sys, time
import msgpack, zmq

CONTRACT = 1358948392  # of `square`, as `cateto client operations --json` shows it
ADDRESS = "".join(random.SystemRandom().choices(string.ascii_lowercase + string.digits, k=12))
BROKERS = os.environ.get("CATETO_BROKERS", "127.0.0.1:5555:5556:5560,127.0.0.1:6555:6556:6560")
LANES = sys.argv[1:] or ["1"]
HELLO, STATUS = f"calc.hello.{ADDRESS}", f"calc.status.request.{ADDRESS}"
ROUTES = {f"calc.square.request.{lane}.{ADDRESS}": f"calc.square.result.{lane}" for lane in LANES}
OPTIONS = {zmq.LINGER: 0, zmq.MAXMSGSIZE: 2**20, zmq.HANDSHAKE_IVL: 1000, zmq.CONNECT_TIMEOUT: 1000, zmq.RECONNECT_IVL: 10,
           zmq.RECONNECT_IVL_MAX: 200, zmq.HEARTBEAT_IVL: 50, zmq.HEARTBEAT_TIMEOUT: 1000, zmq.HEARTBEAT_TTL: 200}


def connect(kind, place, default_port, more):
    link = zmq.Context.instance().socket(kind)
    for option, value in (OPTIONS | more).items():
        link.setsockopt(option, value)
    for host, *ports in (broker.split(":") for broker in BROKERS.split(",")):
        link.connect(f"tcp://{host}:{ports[place] if place < len(ports) else default_port}")
    return link


def log(event):
    print(json.dumps({"event": event, "address": ADDRESS}), file=sys.stderr, flush=True)


def square(seq, contract=None, value=None, ttl_ms=None, *_later):
    if type(contract) is not int or type(ttl_ms) not in (int, float):
        return [seq, "invalid-request", "square: not seq, contract, input, ttlMs"]
    if contract != CONTRACT:
        return [seq, "contract-mismatch", f"square: asked by contract {contract}, served by contract {CONTRACT}"]
    if type(value) not in (int, float) or not math.isfinite(value):
        return [seq, "invalid-request", "square: input: not a finite number"]
    result = float(value) * float(value)
    return [seq, 0, result, []] if math.isfinite(result) else [seq, "out-of-domain", "square: not a finite number"]


class Server:
    def __init__(self):
        self.mouth = connect(zmq.XPUB, 0, 5555, {zmq.IMMEDIATE: 1})
        self.ear = connect(zmq.SUB, 1, 5556, {})
        self.ear.subscribe(HELLO)
        self.links = self.ear.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self.markers, self.counter, self.listening, self.ending, self.answered = set(), 0, False, False, 0
        self.wait, self.hello_at, self.withdraw_at = 0.005, math.inf, math.inf  # seconds
        self.given = {}  # (requester, seq): when, topic, result; the oldest first
        self.settled = {}  # requester: below which seq, when it said so; the oldest first

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
        for when, reply, result in self.given.values():
            if up and when > time.monotonic() - 1:
                self.publish(reply, [result])

    def message(self, topic, body):
        try:
            sender, below, messages = msgpack.unpackb(body)[:3]
            if topic == HELLO and sender == ADDRESS and messages == [[self.counter]] and self.markers:
                self.hello_at = math.inf
                self.listen(True)
            elif topic == STATUS:
                for seq, *_ in messages:
                    self.publish(f"calc.status.result.{sender}", [[seq, 0, self.report(), []]])
            elif topic in ROUTES:
                self.requests(f"{ROUTES[topic]}.{sender}", sender, below, messages)
        except (ValueError, TypeError, msgpack.UnpackException):
            log("message-dropped")

    def report(self):
        return {"role": "op-server", "serves": [f"square.{lane}" for lane in LANES], "host": socket.gethostname(),
                "pid": os.getpid(), "sinceMs": STARTED_MS, "inFlight": 0, "answered": self.answered}

    def requests(self, reply, sender, below, messages):
        now, results = time.monotonic(), []
        highest, said = self.settled.pop(sender, (1, 0))
        highest, said = (below, now) if below >= highest or now - said > 2 else (highest, said)
        self.settled[sender] = (highest, said)
        for fields in messages:
            seq = fields[0] if type(fields) is list and fields else None
            if type(seq) is not int or seq < highest or fields[3:4] == [0]:
                continue  # no message, settled, or past its time
            if (sender, seq) not in self.given:
                self.given[sender, seq] = (now, reply, square(*fields))
                self.answered += 1
            results.append(self.given[sender, seq][2])
        if results:
            self.publish(reply, results)
        for table, most, when in ((self.given, 100_000, 0), (self.settled, 10_000, 1)):
            while table and (len(table) > most or next(iter(table.values()))[when] < now - 60):
                del table[next(iter(table))]

    def turn(self, longest):
        due = min(self.hello_at, self.withdraw_at, time.monotonic() + longest)
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
        return bool(ready)


STARTED_MS = time.time() * 1000
server = Server()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: setattr(server, "ending", True))
while not server.ending:
    server.turn(0.1)
server.listen(False)
while server.turn(0.05):
    pass
server.mouth.close(linger=500)
log("stopped")
