"""A real SMTP server for tests: each mail that it takes lies as one .eml file in a folder, written aside and renamed.

Usage: postbox.py FOLDER PORT [--tls CERTIFICATE KEY] [--lax] [--user NAME --password WORD]

The file FOLDER/mode, read at every mail, says how it behaves: nothing or `ok`, `451` (try again), `550` (never),
`slow` (three seconds before the answer), `stall` (no answer until it is to behave otherwise), `drop` (takes the mail, then
the line breaks before the answer). FOLDER/mode-ADDRESS says it for mails to one address.
With --lax it takes mails, and a password, on a line without TLS as well: whoever sends in clear is found out.
Each try lies as a line of JSON in FOLDER/tries, each command that came in clear as a word in FOLDER/clear.
It ends when its standard input ends, so that it never outlives its test.
"""

import argparse
import asyncio
import email
import json
import pathlib
import ssl
import sys
import uuid

from aiosmtpd.smtp import SMTP, AuthResult


class Postbox:
    def __init__(self, folder):
        self.folder = folder

    def mode(self, to):
        for name in (f"mode-{to}", "mode"):
            try:
                return (self.folder / name).read_text().strip()
            except FileNotFoundError:
                pass
        return "ok"

    def note(self, name, line):
        with open(self.folder / name, "a") as file:
            file.write(line + "\n")

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        known = email.message_from_bytes(envelope.original_content)["Message-ID"].strip("<>")
        self.note("tries", json.dumps({"to": to, "id": known, "sender": envelope.mail_from}))
        mode = self.mode(to)
        while mode == "stall":
            await asyncio.sleep(0.05)
            mode = self.mode(to)
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


class Server(SMTP):
    """Notes what is said before the line is private."""

    def is_clear(self):
        return self.session.ssl is None

    async def smtp_MAIL(self, arg):
        if self.is_clear():
            self.event_handler.note("clear", "MAIL")
        await super().smtp_MAIL(arg)

    async def smtp_AUTH(self, arg):
        if self.is_clear():
            self.event_handler.note("clear", "AUTH")
        await super().smtp_AUTH(arg)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--lax", action="store_true")
    parser.add_argument("--user")
    parser.add_argument("--password")
    given = parser.parse_args()
    options = {"hostname": "localhost", "enable_SMTPUTF8": True}
    if given.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*given.tls)
        options |= {"tls_context": context, "require_starttls": not given.lax}
    if given.user:
        wanted = (given.user.encode(), given.password.encode())

        def authenticator(server, session, envelope, mechanism, data):
            right = (getattr(data, "login", None), getattr(data, "password", None)) == wanted
            return AuthResult(success=right)

        options |= {"authenticator": authenticator, "auth_required": not given.lax}
        options |= {"auth_require_tls": not given.lax}
    asyncio.run(serve(given.folder, given.port, options))


async def serve(folder, port, options):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(Postbox(folder), **options), "127.0.0.1", port)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


main()
