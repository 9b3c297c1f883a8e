"""What an op-server holds: the requests that wait, whose turn it is, which of them it gives back, and how long runs take. No sockets."""
import time
from dataclasses import dataclass, field

LEAST = 1e-6  # seconds that a turn costs at least


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


@dataclass(eq=False)
class Request:
    sender: str
    seq: int
    reply: str
    fields: list  # [seq, contract, input, ttlMs, trace?, attempt?, origin?], as they arrived
    since: float
    until: float

    @property
    def origin(self):
        """The client that the requester names, otherwise the requester."""
        return self.fields[6] if len(self.fields) > 6 and type(self.fields[6]) is str else self.sender

    @property
    def is_resent(self):
        return len(self.fields) > 5 and type(self.fields[5]) is int and self.fields[5] > 1


@dataclass
class Account:
    used: float  # seconds of the slot
    number: int  # grows with each account that comes
    again: dict = field(default_factory=dict)  # requests that were sent before, the oldest first
    new: dict = field(default_factory=dict)  # the others

    def waiting(self):
        return [*self.again.values(), *self.new.values()]


class Waiting:
    """The requests that wait. Their origins take turns by the time that their requests have used the slot."""

    def __init__(self):
        self.held = {}  # (requester, seq): request; the oldest first
        self.accounts = {}  # origin: its account, while something of it waits
        self.ahead = {}  # origin: what it has used, while nothing of it waits and that is more than the last turn
        self.turn, self.count = 0, 0  # what the origin of the last turn had used before it; accounts so far

    def __len__(self):
        return len(self.held)

    def add(self, request):
        name = request.origin
        if name not in self.accounts:
            self.count += 1
            self.accounts[name] = Account(max(self.ahead.pop(name, 0), self.turn), self.count)
        account = self.accounts[name]
        (account.again if request.is_resent else account.new)[request.sender, request.seq] = request
        self.held[request.sender, request.seq] = request

    def first(self):
        """Within an origin, a request that was sent before is older than the others."""
        account = min(self.accounts.values(), key=lambda one: (one.used, one.number))
        return next(iter((account.again or account.new).values()))

    def remove(self, key):
        request = self.held.pop(key)
        account = self.accounts[request.origin]
        (account.again if request.is_resent else account.new).pop(key)
        if not account.again and not account.new:
            del self.accounts[request.origin]
            if account.used > self.turn:
                self.ahead[request.origin] = account.used
            if len(self.ahead) > 1024:
                self.ahead = {name: used for name, used in self.ahead.items() if used > self.turn}
        return request

    def begin(self, request):
        """It is its turn."""
        account = self.accounts[request.origin]
        self.turn = max(self.turn, account.used)
        account.used += LEAST
        self.remove((request.sender, request.seq))

    def took(self, request, seconds):
        if request.origin in self.accounts:
            self.accounts[request.origin].used += seconds
        elif request.origin in self.ahead:
            self.ahead[request.origin] += seconds

    def of(self, sender):
        return [request for request in self.held.values() if request.sender == sender]

    def drop(self, sender, is_settled):
        for request in self.of(sender):
            if is_settled(sender, request.seq):
                self.remove((sender, request.seq))

    def seqs_of(self, sender):
        """As many at a time as one beat may name."""
        seqs = [request.seq for request in self.of(sender)]
        return [seqs[first:first + 4096] for first in range(0, len(seqs), 4096)]

    def senders(self):
        return {sender for sender, _ in self.held}

    def give_back(self, now, before, besides=None):
        """Removes requests that arrived before then, because another server may be idle. @returns seqs by requester"""
        if not self.held or next(iter(self.held.values())).since > before:
            return {}
        stays, senders, oldest = {besides}, set(), {}
        for request in self.held.values():
            oldest.setdefault((request.sender, request.origin), request)
        for account in sorted(self.accounts.values(), key=lambda one: (one.used, one.number)):
            for request in account.waiting():
                if request is besides or oldest[request.sender, request.origin] is not request:
                    continue
                # The oldest of an origin stays for a while, and of each requester the one whose turn comes first.
                if request.sender not in senders or now < request.since + 0.2:
                    stays.add(request)
                senders.add(request.sender)
        returned = {}
        for request in [one for one in self.held.values() if one.since <= before and one not in stays]:
            seqs = returned.setdefault(request.sender, [])
            if len(seqs) < 4096:
                seqs.append(self.remove((request.sender, request.seq)).seq)
        return returned


class Memory:
    """Which ids were answered or cancelled, and what requesters have settled. The oldest entries come first."""

    def __init__(self):
        self.given = {}  # (requester, seq): when, topic, result; no result if it was cancelled
        self.early = {}  # (requester, seq): when its cancellation came; the request has not come yet
        self.settled = {}  # requester: below which seq, but which below it, when it said so

    def settle(self, sender, below, stragglers, now):
        """An older batch that arrives late changes nothing. @returns whether this one says something new"""
        word = (below, -len(stragglers))
        before = self.settled.pop(sender, (1, [], 0))
        counts = word >= (before[0], -len(before[1])) or now - before[2] > 2
        self.settled[sender] = (below, stragglers, now) if counts else before
        return counts and (below, stragglers) != before[:2]

    def is_settled(self, sender, seq):
        below, stragglers, _ = self.settled[sender]
        return seq < below and seq not in stragglers

    def of_last_second(self):
        """Results that may have been lost with a broker, with their topics."""
        since = time.monotonic() - 1
        return [(reply, result) for when, reply, result in self.given.values() if when > since and result is not None]

    def lately(self, now, most):
        """The last requesters that sent something within ten seconds."""
        names = list(self.settled)[-most:]
        return [name for name in names if self.settled[name][2] > now - 10]

    def forget(self, now):
        """@returns the requesters that are forgotten"""
        for table, most, age, when in ((self.given, 100_000, 60, lambda entry: entry[0]), (self.early, 10_000, 1, lambda entry: entry)):
            while table and (len(table) > most or when(next(iter(table.values()))) < now - age):
                del table[next(iter(table))]
        gone = []
        while self.settled and (len(self.settled) > 10_000 or next(iter(self.settled.values()))[2] < now - 60):
            gone.append(next(iter(self.settled)))
            del self.settled[gone[-1]]
        return gone

    def is_cancelled_early(self, key):
        return self.early.get(key, 0) > time.monotonic() - 1
