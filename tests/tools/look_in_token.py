"""Looks into a PKCS#11 token with a library that is not ours, and tries to take its private keys out.

Usage: look_in_token.py MODULE TOKEN < PIN

Prints each private key as JSON: its label, what the token says of it, and in which ways it could be taken out. A key that is
made to be taken out shows first that these ways work.
"""

import json
import sys

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

SAID = ("SENSITIVE", "ALWAYS_SENSITIVE", "EXTRACTABLE", "NEVER_EXTRACTABLE", "LOCAL", "PRIVATE", "SIGN")


def taken_out(session, key):
    ways = []
    try:
        if key[Attribute.VALUE]:
            ways.append("value")
    except pkcs11.PKCS11Error:
        pass
    try:
        wrapping = session.generate_key(KeyType.AES, 256, store=False)
        if wrapping.wrap_key(key, mechanism=Mechanism.AES_KEY_WRAP_PAD):
            ways.append("wrapped")
    except pkcs11.PKCS11Error:
        pass
    try:
        key.copy({Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False})
        ways.append("copied")
    except pkcs11.PKCS11Error:
        pass
    return ways


def loose_key(session):
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
    open_to_all = {Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False}
    return parameters.generate_keypair(store=False, private_template=open_to_all)[1]


module, label = sys.argv[1:]
token = pkcs11.lib(module).get_token(token_label=label)
with token.open(rw=True, user_pin=sys.stdin.read().strip()) as session:
    assert taken_out(session, loose_key(session)) == ["value", "wrapped", "copied"], "nothing can be taken out here"
    keys = []
    for key in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.TOKEN: True}):
        said = {name.lower(): bool(key[getattr(Attribute, name)]) for name in SAID}
        keys.append({"label": key.label, "said": said, "taken_out": taken_out(session, key)})
    json.dump(keys, sys.stdout)
