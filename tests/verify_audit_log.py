#!/usr/bin/env python3
"""Verifies what govctl's audit log hands out, with nothing but Python's standard library.

    verify_audit_log.py VKEY LOG.jsonl CHECKPOINT [PROOF]

LOG.jsonl is `govctl audit export --format jsonl`, CHECKPOINT a file of `govctl audit checkpoint --publish file:…`, PROOF a
file of `govctl audit prove`. Formats: RFC 6962 section 2.1, RFC 8032 section 5.1, c2sp.org/signed-note,
c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof. Exits 1 with a sentence where something does not hold.
"""
import base64
import hashlib
import json
import sys

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def fail(why):
    sys.exit(f"NOT verified: {why}")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# Points of the curve as affine pairs: slow, and easy to compare with the RFC's formulas.
def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P
    return x, y


def times(n, point):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


def decode_point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def ed25519_holds(key, message, signature):
    a, r = decode_point(key), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return times(s, BASE) == add(r, times(k, a))


def open_checkpoint(note, vkey):
    """The origin, size and root of a signed checkpoint."""
    name, key_id, data = vkey.split("+", 2)
    data = base64.b64decode(data, validate=True)
    if data[0] != 1 or sha256(name.encode(), b"\n", data)[:4].hex() != key_id:
        fail("the verifier key is damaged")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    for line in lines.splitlines():
        dash, signer, blob = line.split(" ")
        blob = base64.b64decode(blob, validate=True)
        if dash == "\u2014" and signer == name and blob[:4].hex() == key_id:
            if not ed25519_holds(data[1:], text.encode(), blob[4:]):
                fail("the checkpoint's signature does not hold")
            origin, size, root = text.split("\n")[:3]
            return origin, int(size), base64.b64decode(root, validate=True)
    fail(f"the checkpoint is not signed by {name}+{key_id}")


def leaf(body):
    return sha256(b"\0", body)


def node(left, right):
    return sha256(b"\1", left, right)


def root_of(leaves):
    if not leaves:
        return sha256()
    while len(leaves) > 1:
        # The last one of an odd level is carried up as it is.
        pairs = [node(*leaves[i : i + 2]) for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + ([leaves[-1]] if len(leaves) % 2 else [])
    return leaves[0]


def verify_log(path, checkpoint):
    origin, size, root = checkpoint
    leaves, prev = [], bytes(32)
    with open(path, "rb") as log:
        for seq, line in enumerate(log):
            body = line.rstrip(b"\n")
            entry = json.loads(body)
            canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            if canonical != body:
                fail(f"entry {seq} is not canonical")
            if entry["v"] != "govctl.audit/1" or entry["seq"] != seq:
                fail(f"entry {seq} is missing or not where it belongs")
            if entry["prev"] != "sha256:" + prev.hex():
                fail(f"entry {seq} does not follow the one before it")
            if seq == 0 and entry["data"]["origin"] != origin:
                fail("the checkpoint is of another log")
            prev = leaf(body)
            leaves.append(prev)
    if len(leaves) < size:
        fail(f"the log has {len(leaves)} entries, the checkpoint {size}: its end was cut off")
    if root_of(leaves[:size]) != root:
        fail("the log leads to another root than the checkpoint's")
    return len(leaves)


def verify_proof(text, vkey):
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1":
        fail("this is no proof")
    body = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
    index = int(lines[2].removeprefix("index "))
    path = [base64.b64decode(line, validate=True) for line in lines[3:]]
    _, size, root = open_checkpoint(note, vkey)
    # Down from the top: which side the leaf is on at each split, and so on which side each hash of the path goes.
    sides, low, high = [], 0, size
    while high - low > 1:
        half = 1 << ((high - low - 1).bit_length() - 1)
        sides.append(index < low + half)
        low, high = (low, low + half) if sides[-1] else (low + half, high)
    if len(path) != len(sides) or not low == index < size:
        fail("the proof has the wrong number of hashes")
    found = leaf(body)
    for is_left, sibling in zip(reversed(sides), path):
        found = node(found, sibling) if is_left else node(sibling, found)
    if found != root:
        fail("the proof leads to another root")
    return json.loads(body)["seq"]


def main():
    vkey, log, checkpoint, *proof = sys.argv[1:]
    with open(checkpoint, encoding="utf-8") as file:
        opened = open_checkpoint(file.read(), vkey)
    print(f"verified: {verify_log(log, opened)} entries against a checkpoint over {opened[1]}")
    for path in proof:
        with open(path, encoding="utf-8") as file:
            print(f"proved: entry {verify_proof(file.read(), vkey)}")


main()
