"""A real SMTP server for tests: each mail that it takes lies as one .eml file in a folder, written aside and renamed.

Usage: postbox.py FOLDER PORT [--tls CERTIFICATE KEY] [--user NAME --password WORD]

The file FOLDER/mode, read at every mail, says how it behaves: nothing or `ok`, `451` (try again), `550` (never),
`slow` (three seconds before the answer), `drop` (takes the mail, then the line breaks before the answer).
It ends when its standard input ends, so that it never outlives its test.
"""

import argparse
import asyncio
import pathlib
import ssl
import sys
import uuid

from aiosmtpd.smtp import SMTP, AuthResult


class Postbox:
    def __init__(self, folder):
        self.folder = folder

    def mode(self):
        try:
            return (self.folder / "mode").read_text().strip()
        except FileNotFoundError:
            return "ok"

    async def handle_DATA(self, server, session, envelope):
        mode = self.mode()
        if mode == "slow":
            await asyncio.sleep(3)
        if mode == "451":
            return "451 try again later"
        if mode == "550":
            return "550 no such mailbox"
        recipients = "".join(f"X-Envelope-To: {to}\r\n" for to in envelope.rcpt_tos)
        aside = self.folder / f"{uuid.uuid4()}.part"
        aside.write_bytes(recipients.encode() + envelope.original_content)
        aside.rename(aside.with_suffix(".eml"))
        if mode == "drop":
            server.transport.abort()
            return "421 gone"
        return "250 taken"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--user")
    parser.add_argument("--password")
    given = parser.parse_args()
    options = {"hostname": "localhost", "enable_SMTPUTF8": True}
    if given.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*given.tls)
        options |= {"tls_context": context, "require_starttls": True}
    if given.user:
        wanted = (given.user.encode(), given.password.encode())

        def authenticator(server, session, envelope, mechanism, data):
            right = (getattr(data, "login", None), getattr(data, "password", None)) == wanted
            return AuthResult(success=right)

        options |= {"authenticator": authenticator, "auth_required": True}
    asyncio.run(serve(given.folder, given.port, options))


async def serve(folder, port, options):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Postbox(folder), **options), "127.0.0.1", port)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


main()
