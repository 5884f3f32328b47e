"""A witness of a ledger (C2SP tlog-cosignature) under a library that is not ours.

Usage: witness.py key NAME SEED_HEX             prints the public key
       witness.py cosign NAME SEED_HEX < NOTE   prints the line that the witness adds
"""
import base64
import hashlib
import struct
import sys
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

what, name, seed = sys.argv[1:]
private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
typed = b"\x04" + private.public_key().public_bytes_raw()
kid = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
if what == "key":
    print(f"{name}+{kid.hex()}+{base64.b64encode(typed).decode()}")
else:
    text, seconds = sys.stdin.buffer.read().split(b"\n\n")[0] + b"\n", int(time.time())
    signature = private.sign(b"cosignature/v1\ntime %d\n" % seconds + text)
    line = base64.b64encode(kid + struct.pack(">Q", seconds) + signature).decode()
    sys.stdout.buffer.write(f"\u2014 {name} {line}\n".encode())
