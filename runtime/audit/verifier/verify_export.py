#!/usr/bin/env python3
"""Verifies an export of an audit ledger with nothing but the public key.

    verify_export.py KEY EXPORT        KEY: a .pub file, or its text; several keys: separated by commas
                                       EXPORT: JSON lines or CSV (a name that ends in .csv)

It shares no code with the program that wrote the export: Python's standard library, and ed25519 from its definition.
Checks that each checkpoint is signed, that each record is where its proof says in the tree under that signature, and
that what people read beside a record is what the record says. Exit code: 0 all is true, 1 something is not, 2 usage.
"""
import base64
import csv
import datetime
import hashlib
import json
import os
import sys

# --- ed25519: the curve -x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo P, points as (X, Y, Z, T), x=X/Z, T=XY/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, e = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    x, y, z, t = b - a, e + c, e - c, b + a
    return (x * z % P, y * t % P, y * z % P, x * t % P)


def times(n, p):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, p)
        p = add(p, p)
        n >>= 1
    return result


def point(data):
    number = int.from_bytes(data, "little")
    y, odd = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        raise ValueError("no point of the curve")
    if x & 1 != odd:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    try:
        owner, commitment = point(key), point(signature[:32])
    except ValueError:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    left, right = times(s, BASE), add(commitment, times(int.from_bytes(digest, "little") % ORDER, owner))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0
    return s < ORDER and same


# --- the ledger: a body is kind u8, seq u64, microseconds u64, hash before [32], payload; all little-endian.
def number(data, at):
    return int.from_bytes(data[at : at + 8], "little")


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(body, index, size, path):
    """The root that a leaf and the hashes beside its way lead to."""
    value, last = hashlib.sha256(b"\0" + body).digest(), size - 1
    path = [path[i : i + 32] for i in range(0, len(path), 32)]
    while last > 0:
        if index % 2 == 1:
            value = node(path.pop(0), value)
        elif index < last:
            value = node(value, path.pop(0))
        index, last = index // 2, last // 2
    if path or index:
        raise ValueError("the proof is too long")
    return value


class Wrong(Exception):
    pass


def checkpoint(body, keys):
    """What a checkpoint says, if it is signed by one of the keys: segment, size, root, ledger."""
    if len(body) != 209 or body[0] != 3:
        raise Wrong("this is no checkpoint")
    ledger, segment, size, top, key = body[49:65], number(body, 65), number(body, 73), body[81:113], body[113:145]
    if key not in keys:
        raise Wrong("a checkpoint is signed by a key that is not trusted")
    if not is_signed(key, b"airc audit checkpoint v1\0" + body[:145], body[145:]):
        raise Wrong("the signature of a checkpoint is wrong")
    return segment, size, top, ledger


def time_text(micros):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + "%06dZ" % moment.microsecond


def check(row, signed):
    """A row is what its record says, and the record is under the signature."""
    body, (segment, size, top, _) = base64.b64decode(row["record"], validate=True), signed
    if number(body, 1) != int(row["seq"]) or time_text(number(body, 9)) != row["time"]:
        raise Wrong("number or time is not that of the record")
    event = row["event"] if body[0] == 2 else None
    try:
        said = json.loads(body[49:].decode()) if body[0] == 2 else None
    except ValueError:
        said = None
    if said != event:
        raise Wrong("the event is not that of the record")
    for name in ("tenant", "actor", "evt"):
        if name in row and row[name] != str((said or {}).get(name, "")):
            raise Wrong(name + " is not that of the record")
    try:
        found = root(body, int(row["index"]), size, base64.b64decode(row["proof"], validate=True))
    except (IndexError, ValueError):
        found = None
    if segment != int(row["segment"]) or found != top:
        raise Wrong("the record is not in the ledger")


def rows(path, keys):
    """Each row with what its checkpoint says."""
    seen = {}
    with open(path, newline="", encoding="utf-8") as file:
        if path.endswith(".csv"):
            csv.field_size_limit(1 << 24)
            for row in csv.DictReader(file):
                text = row["checkpoint"]
                if text not in seen:
                    seen[text] = checkpoint(base64.b64decode(text, validate=True), keys)
                row["event"] = json.loads(row["event"]) if row["event"] else None
                yield row, seen[text]
            return
        current = None
        for line in map(json.loads, file):
            if line["type"] == "checkpoint" and "proof" not in line:
                current = checkpoint(base64.b64decode(line["record"], validate=True), keys)
            elif line["type"] != "ledger":
                if current is None:
                    raise Wrong("a record comes before any checkpoint")
                yield line, current


def main():
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    text = open(sys.argv[1]).read() if os.path.exists(sys.argv[1]) else sys.argv[1]
    keys = {base64.b64decode(one.strip().removeprefix("airc-audit-public:")) for one in text.split(",")}
    count, last, ledgers = 0, -1, set()
    try:
        for row, signed in rows(sys.argv[2], keys):
            check(row, signed)
            if int(row["seq"]) <= last:
                raise Wrong("rows are doubled or out of order")
            count, last = count + 1, int(row["seq"])
            ledgers.add(signed[3])
            if len(ledgers) > 1:
                raise Wrong("rows are of several ledgers")
    except (Wrong, ValueError, KeyError, TypeError) as wrong:
        print("row %d: %s" % (count + 1, wrong))
        return 1
    print("%d records, all proved, of ledger %s" % (count, ", ".join(one.hex() for one in ledgers) or "-"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
