"""Verifies the DKIM signature of a mail with a library that is not ours.

Usage: check_dkim.py RECORD < MAIL, where RECORD is `NAME TXT TEXT` as the DNS would hold it. Says `valid` or `invalid`.
"""

import sys

import dkim


def main():
    name, text = sys.argv[1].split(" TXT ", 1)

    def dns(asked, timeout=5):
        asked = asked.decode() if isinstance(asked, bytes) else asked
        return text.encode() if asked.rstrip(".") == name else b""

    print("valid" if dkim.verify(sys.stdin.buffer.read(), dnsfunc=dns) else "invalid")


if __name__ == "__main__":
    main()
