"""A time-stamp authority (RFC 3161) for tests: `openssl ts -reply` behind a small HTTP server on loopback.

Usage: time_stamps.py FOLDER PORT [tls]

Makes an authority in FOLDER (`authority.pem` issued its certificate) and answers on PORT, over TLS with a certificate of
the same issuer where that is asked for. The word in FOLDER/mode says how it answers: well, other-imprint, other-nonce,
stranger (an authority that nobody trusts), refuses, fails (500), fails-once, slow, trickles (a byte at a time), huge
(more than any token has), redirects (to where it answers well).
"""

import http.server
import os
import ssl
import subprocess
import sys
import time

folder, port, tls = sys.argv[1], int(sys.argv[2]), "tls" in sys.argv[3:]


def run(*command, **more):
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, **more).stdout


def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def certify(name, issuer, extensions):
    write(f"{name}.ext", extensions)
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
        "-subj", f"/CN={name}")
    signer = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial"]
    if issuer == name:
        signer = ["-signkey", f"{name}.key"]
    run("openssl", "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", "30", "-extfile",
        f"{name}.ext", *signer)


CA = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n"
STAMPS = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\n"
for authority, signer in [("authority", "stamper"), ("stranger", "strange-stamper")]:
    certify(authority, authority, CA)
    certify(signer, authority, STAMPS)
    write(f"{signer}.serial", "01\n")
    write(f"{signer}.cnf", f"""[tsa]
default_tsa = own
[own]
serial = {folder}/{signer}.serial
crypto_device = builtin
signer_cert = {folder}/{signer}.pem
certs = {folder}/{authority}.pem
signer_key = {folder}/{signer}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
""")


class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query", self.headers
        with open(os.path.join(folder, "mode")) as file:
            mode = file.read().strip()
        write("asked", str(len(query)))
        if mode == "slow":
            time.sleep(20)
        with open(os.path.join(folder, "tries"), "a") as file:
            file.write(mode + "\n")
        if mode == "fails-once":
            write("mode", "well")
        if mode in ("fails", "fails-once"):
            self.send_error(500)
            return
        if mode == "redirects" and self.path != "/elsewhere":
            self.send_response(307)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        digest = query[query.index(b"\x04\x20") + 2 :][:32].hex()
        if mode in ("other-imprint", "other-nonce"):
            of = "00" * 32 if mode == "other-imprint" else digest
            query = run("openssl", "ts", "-query", "-digest", of, "-sha256", "-cert")
        if mode == "refuses":
            query = run("openssl", "ts", "-query", "-digest", digest + "00" * 32, "-sha512", "-cert")
        with open(os.path.join(folder, "query.tsq"), "wb") as file:
            file.write(query)
        signer = "strange-stamper" if mode == "stranger" else "stamper"
        run("openssl", "ts", "-reply", "-config", f"{signer}.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        with open(os.path.join(folder, "reply.tsr"), "rb") as file:
            reply = file.read()
        if mode == "huge":
            reply += bytes(100_000)
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        if mode == "trickles":
            for byte in reply:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.05)
            return
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


write("mode", "well")
class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Whoever asks need not wait for the end of an answer."""


server = Server(("127.0.0.1", port), Authority)
if tls:
    certify("server", "authority", "subjectAltName=DNS:localhost\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
