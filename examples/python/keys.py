"""The keys of a participant, from the files of `cateto key` (docs/wire.md, "Keys"). Without CATETO_KEY there are none."""
import hashlib, os, re
import zmq, zmq.auth
from zmq.utils import z85

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PUBLIC, SECRET = zmq.auth.load_certificate(os.environ["CATETO_KEY"]) if "CATETO_KEY" in os.environ else (None, None)


def broker_keys():
    """The public keys of the brokers, the primary first."""
    if PUBLIC is None:
        return []
    with open(os.environ["CATETO_BROKER_KEYS"], encoding="utf-8") as file:
        return re.findall(r'^\s+public-key\s*=\s*"(.{40})"', file.read(), re.MULTILINE)


BROKER_KEYS = broker_keys()


def prefix():
    """With these characters begins the address of a participant that has a key."""
    if PUBLIC is None:
        return ""
    number = int.from_bytes(hashlib.sha256(z85.decode(PUBLIC)).digest(), "big")
    return "".join(DIGITS[number // 36**place % 36] for place in reversed(range(6)))


def use_keys(link, broker):
    """Sets the keys of a socket for the broker to which it connects next: 0 for the primary, 1 for the backup."""
    if PUBLIC is None:
        return
    link.setsockopt(zmq.MAXMSGSIZE, 2**20 + 33)
    link.curve_publickey, link.curve_secretkey = PUBLIC, SECRET
    link.curve_serverkey = BROKER_KEYS[broker].encode()
