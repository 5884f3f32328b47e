"""Checks a Concord ledger from outside, with Python's standard library alone. Its only faith is in the public keys.

Usage: ledger_check.py HOUSE_URL KEYS_FILE [OLD_CHECKPOINT_FILE ...]

It reads every entry, head and proof of the API and computes each hash itself (RFC 6962), and each Ed25519 signature
(RFC 8032). Exit 0: whole. Exit 1: not, and the line on standard output names the first place that is wrong.
"""
import base64, hashlib, json, sys, urllib.request
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

def sha256(data): return hashlib.sha256(data).digest()
def node(left, right): return sha256(b"\1" + left + right)
def b64(text): return base64.b64decode(text, validate=True)
def wrong(place, what): sys.exit(print(f"wrong: {place}: {what}") or 1)

def point(data):  # RFC 8032, 5.1.3
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), int.from_bytes(data, "little") >> 255
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P: x = x * pow(2, (P - 1) // 4, P) % P
    if len(data) != 32 or y >= P or (x * x - xx) % P or (x == 0 and sign): raise ValueError("no point")
    return (P - x if x % 2 != sign else x, y, 1, x * y * (-1 if x % 2 != sign else 1) % P)

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)
def times(n, p):
    total = (0, 1, 1, 0)
    while n: total, n, p = add(total, p) if n & 1 else total, n >> 1, add(p, p)
    return total

def has_signed(key, message, signature):
    r, s = point(signature[:32]), int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    one, other = times(s, point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))), add(r, times(h, point(key)))
    same = [(one[i] * other[2] - other[i] * one[2]) % P == 0 for i in (0, 1)]
    return s < L and len(signature) == 64 and all(same)

def head(note, keys, place):
    try:
        text, lines = note.split("\n\n", 1)
        text, (origin, size, root) = text + "\n", text.split("\n")
        for line in lines.removesuffix("\n").split("\n"):
            mark, name, signature = line.split(" ")
            key, signature = keys.get((name, b64(signature)[:4])), b64(signature)[4:]
            if mark == "\u2014" and name == origin and key and has_signed(key, text.encode(), signature):
                return int(size), b64(root)
    except ValueError: pass
    wrong(place, "it is not signed by a key of this ledger")

def root(leaves):
    if len(leaves) < 2: return leaves[0] if leaves else sha256(b"")
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root(leaves[:half]), root(leaves[half:]))

def climb(at, last, old, new, proof, place):  # RFC 9162, 2.1.3.2 and 2.1.4.2
    for part in proof:
        if last == 0: wrong(place, "its proof is too long")
        if at % 2 or at == last:
            old, new = node(part, old), node(part, new)
            while at % 2 == 0 and at: at, last = at >> 1, last >> 1
        else: new = node(new, part)
        at, last = at >> 1, last >> 1
    return old, new if last == 0 else None

def main(house, keys_file, *kept):
    def get(path): return urllib.request.urlopen(f"{house}/api/v1/ledger/{path}").read().decode()
    def proof(path): return [b64(part) for part in json.loads(get("proofs/" + path))["hashes"]]
    published = [line.split("+", 2) for line in open(keys_file).read().split()]
    keys = {(name, bytes.fromhex(kid)): b64(key)[1:] for name, kid, key in published if b64(key)[0] == 1}
    size, top = head(get("checkpoint"), keys, "the newest checkpoint")
    leaves, heads, after = [], [], 0
    while len(leaves) < size:
        page = json.loads(get(f"entries?from={len(leaves)}&to={size}"))["items"]
        for entry in page or [{"index": None}]:
            if entry["index"] != len(leaves): wrong(f"entry {len(leaves)}", "it is missing")
            leaves.append(sha256(b"\0" + entry["leaf"].encode()))
    for index, leaf in enumerate(leaves):
        _, found = climb(index, size - 1, leaf, leaf, proof(f"inclusion?index={index}&size={size}"), f"entry {index}")
        if found != top: wrong(f"entry {index}", "it is not under the newest root")
    if root(leaves) != top: wrong("the newest checkpoint", "its root is not that of the entries")
    while page := json.loads(get(f"checkpoints?after={after}"))["items"]:
        heads += [(f"checkpoint over {item['size']}", item["note"]) for item in page]
        after = page[-1]["size"]
    for place, note in heads + [(f"checkpoint in {name}", open(name).read()) for name in kept]:
        n, old = head(note, keys, place)
        if n > size: wrong(place, "it covers more entries than there are")
        if root(leaves[:n]) != old: wrong(place, "its root is not that of the entries")
        parts = proof(f"consistency?from={n}&to={size}")
        if n in (0, size): continue
        parts, shift = ([old] if n & n - 1 == 0 else []) + parts, (n & -n).bit_length() - 1
        if climb(n - 1 >> shift, size - 1 >> shift, parts[0], parts[0], parts[1:], place) != (old, top):
            wrong(place, "its proof does not lead to the newest root")
    print(f"whole: {size} entries, {len(heads) + len(kept)} checkpoints")

main(*sys.argv[1:])
