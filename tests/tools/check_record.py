"""Checks a settlement record with libraries that are not ours, and prints what it found as JSON.

Usage: check_record.py KEYSET.json RECORD.jws RECORD.pdf [AUTHORITY.pem]

The JWS is verified by jwcrypto against the published key set, the PDF's signature by pyHanko; the certificate in the
PDF must carry one of the published keys; the JSON attached to the PDF must be the JWS's payload, byte by byte. Where the
issuer of a time-stamp authority is given, the PDF must have a time stamp of it, and the issuer's certificate in its document
security store.
"""

import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto import jwk, jws
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.keys import load_cert_from_pemder
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def main(keyset_path, jws_path, pdf_path, authority_path=None):
    published = json.load(open(keyset_path))["keys"]
    found = {}

    token = jws.JWS()
    token.deserialize(open(jws_path).read().strip())
    header = token.jose_header
    key = next(jwk.JWK(**entry) for entry in published if entry["kid"] == header["kid"])
    assert key.thumbprint() == header["kid"], "kid is not the RFC 7638 thumbprint"
    assert header["alg"] == "ES256", header
    assert header.get("typ"), header
    token.verify(key)
    payload = token.payload
    record = json.loads(payload)
    canonical = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert canonical == payload, "the payload is not canonical"
    found["record"] = record
    found["payload_sha256"] = hashlib.sha256(payload).hexdigest()
    found["kid"] = header["kid"]

    found.update(check_pdf(published, pdf_path, authority_path, found["payload_sha256"]))
    json.dump(found, sys.stdout)


def check_pdf(published, pdf_path, authority_path, attached_sha256):
    """Checks the seal of a PDF; gives what was found, with the names of the attached files that have that digest."""
    found = {}
    with open(pdf_path, "rb") as file:
        reader = PdfFileReader(file)
        signature = reader.embedded_signatures[0]
        certificate = signature.signer_cert
        numbers = load_public_numbers(certificate)
        published_numbers = [
            (number(entry["x"]), number(entry["y"])) for entry in published if entry.get("kty") == "EC"
        ]
        assert numbers in published_numbers, "the PDF was signed by a key that is not published"
        context = ValidationContext(trust_roots=[certificate], allow_fetching=False)
        stamps = None
        if authority_path:
            authority = load_cert_from_pemder(authority_path)
            stamps = ValidationContext(trust_roots=[authority], allow_fetching=False)
            store = DocumentSecurityStore.read_dss(reader)
            kept = [certificate.dump() for certificate in store.load_certs()]
            assert authority.dump() in kept, "the security store lacks the authority's issuer"
        status = validate_pdf_signature(signature, context, ts_validation_context=stamps)
        if authority_path:
            stamp = status.timestamp_validity
            assert stamp.intact and stamp.valid and stamp.trusted, stamp.pretty_print_details()
            found["stamped_at"] = stamp.timestamp.isoformat()
        assert status.intact and status.valid, status.pretty_print_details()
        found["pdf_trusted"] = bool(status.trusted)
        found["pdf_coverage"] = status.coverage.name
        found["pdf_modification"] = status.modification_level.name if status.modification_level else None
        found["subfilter"] = str(signature.sig_object["/SubFilter"])
        found["reason"] = str(signature.sig_object["/Reason"])
        found["attached"] = [
            name
            for name, data in attachments(reader)
            if attached_sha256 is None or hashlib.sha256(data).hexdigest() == attached_sha256
        ]
    return found


def number(text):
    import base64

    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def load_public_numbers(certificate):
    from cryptography.x509 import load_der_x509_certificate

    public = load_der_x509_certificate(certificate.dump()).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey), "not an elliptic curve key"
    return (public.public_numbers().x, public.public_numbers().y)


def attachments(reader):
    names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    for at in range(0, len(names), 2):
        specification = names[at + 1].get_object()
        yield str(names[at]), specification["/EF"]["/F"].get_object().data


if __name__ == "__main__":
    main(*sys.argv[1:])
