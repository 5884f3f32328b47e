"""Opens an archive that holds a locked record, with a library that is not ours, and writes the record to a file.

Usage: open_locked.py ARCHIVE PASSPHRASE RECORD
"""

import sys

import pyzipper


def main():
    archive, passphrase, record = sys.argv[1:]
    with pyzipper.AESZipFile(archive) as opened:
        names = opened.namelist()
        assert names == ["record.pdf"], names
        assert opened.getinfo("record.pdf").flag_bits & 1, "it is not encrypted"
        opened.setpassword(passphrase.encode())
        with open(record, "wb") as out:
            out.write(opened.read("record.pdf"))


if __name__ == "__main__":
    main()
