"""Verifies an SD-JWT with a library that is not ours, and prints what it shows as JSON.

Usage: check_sd_jwt.py JWKS < PAPER
"""

import json
import pathlib
import sys

from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier


def main():
    keys = json.loads(pathlib.Path(sys.argv[1]).read_text())["keys"]

    def key_of(issuer, header):
        return next(JWK(**key) for key in keys if key["kid"] == header["kid"])

    print(json.dumps(SDJWTVerifier(sys.stdin.read(), key_of).get_verified_payload()))


if __name__ == "__main__":
    main()
