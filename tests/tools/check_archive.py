"""Checks, in the objects of a sealed PDF, what PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) ask of it.

Usage: check_archive.py FILE.pdf

No whole validator of these standards can be had without Java, so this is the part of their rules that our files can break:
each rule is a function below, named for what it looks at. Prints a JSON list of faults, each `[rule, what is wrong]`; it is
empty, and the program ends with 0, where there are none. `spoil_archive.py` shows that each rule finds something.
"""

import json
import re
import sys
from io import BytesIO
from xml.etree import ElementTree

import pikepdf

from check_marks import check_content, check_structure

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
PDF = "{http://ns.adobe.com/pdf/1.3/}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
SCHEMAS = "{http://www.aiim.org/pdfa/ns/extension/}schemas"
SCHEMA_OF = "{http://www.aiim.org/pdfa/ns/schema#}namespaceURI"

# Actions that an archive may not hold (ISO 19005-3, 6.5.1).
FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans",
    "/GoTo3DView", "/JavaScript", "/SubmitForm",
}
RELATIONSHIPS = {"/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified"}
# Flags of annotations (ISO 32000-1, table 165).
INVISIBLE, HIDDEN, PRINT, NO_VIEW, TOGGLE_NO_VIEW = 1, 2, 4, 32, 256


def objects(pdf):
    """Every dictionary of the file, those inside others too."""

    def within(value):
        if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
            yield value
            inner = [one for _, one in value.items()]
        elif isinstance(value, pikepdf.Array):
            inner = list(value)
        else:
            return
        for one in inner:
            if isinstance(one, pikepdf.Object) and not one.is_indirect:
                yield from within(one)

    for value in pdf.objects:
        yield from within(value)


def check_file(pdf, data):
    """Header, trailer, and how the file ends (6.1.2, 6.1.3)."""
    lines = data.split(b"\n", 2)
    if not re.fullmatch(rb"%PDF-1\.[0-7]", lines[0]):
        yield f"the header is {lines[0][:20]!r}"
    if not lines[1].startswith(b"%") or sum(byte > 127 for byte in lines[1][1:5]) < 4:
        yield "no comment of four bytes above 127 follows the header"
    if "/ID" not in pdf.trailer:
        yield "the trailer has no /ID"
    if "/Encrypt" in pdf.trailer or pdf.is_encrypted:
        yield "it is encrypted"
    if data.rsplit(b"%%EOF", 1)[-1] not in (b"", b"\n", b"\r\n"):
        yield "bytes follow the end of the file"


def check_streams(pdf, data):
    """No filter that is forbidden, nothing that lies outside the file (6.1.7)."""
    for value in objects(pdf):
        if not isinstance(value, pikepdf.Stream):
            continue
        filters = value.get("/Filter", [])
        filters = [filters] if isinstance(filters, pikepdf.Name) else list(filters)
        for name in filters:
            if str(name) in ("/LZWDecode", "/Crypt"):
                yield f"a stream is packed with {name}"
        for key in ("/F", "/FFilter", "/FDecodeParms"):
            if key in value:
                yield f"a stream has {key}: its bytes lie outside the file"


def check_metadata(pdf, data):
    """XMP: that it claims both standards, and says what the information dictionary says (6.6.2, 6.6.4; UA 5)."""
    if "/Metadata" not in pdf.Root:
        yield "there is no XMP"
        return
    text = bytes(pdf.Root.Metadata.read_bytes())
    head = text.split(b"?>", 1)[0]
    if b"bytes=" in head or b"encoding=" in head:
        yield "the packet's header names bytes or an encoding"
    tree = ElementTree.fromstring(text)
    said = {}
    for description in tree.iter(f"{RDF}Description"):
        said.update(description.attrib)
        said.update({child.tag: child for child in description})

    def value(name):
        found = said.get(name)
        if found is None or isinstance(found, str):
            return found
        items = [item.text for item in found.iter(f"{RDF}li")]
        return items if items else found.text

    for name, wanted in [(f"{PDFA}part", "3"), (f"{PDFA}conformance", "A"), (f"{PDFUA}part", "1")]:
        if value(name) != wanted:
            yield f"{name.split('}')[1]} of {name[1:].split('}')[0]} is {value(name)!r} and not {wanted!r}"
    described = [element.text for element in tree.iter(SCHEMA_OF)]
    if PDFUA.strip("{}") not in described:
        yield "no extension schema describes pdfuaid"
    if not value(f"{DC}title"):
        yield "there is no dc:title"
    yield from check_information(pdf, value)


def check_information(pdf, value):
    """That two ways of saying the same agree."""
    information = pdf.trailer.get("/Info", pikepdf.Dictionary())
    for key, name in [("/Title", f"{DC}title"), ("/Author", f"{DC}creator")]:
        if key in information and value(name) != [str(information[key])]:
            yield f"{key} is {str(information[key])!r}, and XMP says {value(name)!r}"
    for key, name in [("/Creator", f"{XMP}CreatorTool"), ("/Producer", f"{PDF}Producer"), ("/Keywords", f"{PDF}Keywords")]:
        if key in information and value(name) != str(information[key]):
            yield f"{key} is {str(information[key])!r}, and XMP says {value(name)!r}"
    for key, name in [("/CreationDate", f"{XMP}CreateDate"), ("/ModDate", f"{XMP}ModifyDate")]:
        if key in information:
            plain = [re.sub(r"\D", "", part)[:14] for part in (str(information[key]), value(name) or "")]
            if plain[0] != plain[1]:
                yield f"{key} is {information[key]}, and XMP says {value(name)!r}"


def check_intent(pdf, data):
    """An output intent with a profile, without which no colour of a device may be used (6.2.3, 6.2.4)."""
    intents = [intent for intent in pdf.Root.get("/OutputIntents", []) if intent.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1:
        yield f"there are {len(intents)} output intents of PDF/A"
        return
    profile = intents[0].get("/DestOutputProfile")
    if profile is None:
        yield "the output intent has no profile"
        return
    body = bytes(profile.read_bytes())
    channels = {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}.get(body[16:20])
    if body[36:40] != b"acsp" or channels is None or profile.get("/N") != channels:
        yield "the output intent's profile is none"
    if not intents[0].get("/OutputConditionIdentifier"):
        yield "the output intent does not say for what it is"


def check_actions(pdf, data):
    """Nothing that runs, plays or sends (6.4.2, 6.5, 6.6.1)."""
    for value in objects(pdf):
        if str(value.get("/S", "")) in FORBIDDEN_ACTIONS and value.get("/Type", "/Action") == "/Action":
            yield f"there is an action {value['/S']}"
        if "/JS" in value or "/JavaScript" in value:
            yield "there is JavaScript"
        if "/AA" in value:
            yield "something happens by itself (/AA)"
    if "/OpenAction" in pdf.Root:
        yield "something happens when it is opened"
    form = pdf.Root.get("/AcroForm", pikepdf.Dictionary())
    if "/XFA" in form or form.get("/NeedAppearances", False):
        yield "a viewer has to make the form"


def check_attachments(pdf, data):
    """What travels inside is named, of a kind, and belongs to the document (6.8)."""
    names = pdf.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    found = [value for value in objects(pdf) if value.get("/Type") == "/Filespec" or "/EF" in value]
    if not found or names is None:
        yield "nothing is attached"
    associated = [file.objgen for file in pdf.Root.get("/AF", [])]
    for file in found:
        name = str(file.get("/F", "?"))
        if "/F" not in file or "/UF" not in file or "/Desc" not in file:
            yield f"{name} lacks a name or a description"
        if str(file.get("/AFRelationship", "")) not in RELATIONSHIPS:
            yield f"{name} does not say what it is to the document"
        if file.objgen not in associated:
            yield f"{name} is associated with nothing"
        stream = file.get("/EF", pikepdf.Dictionary()).get("/F")
        if stream is None:
            yield f"{name} is not inside"
            continue
        if not re.fullmatch(r"/[a-z]+/[a-z0-9.+-]+", str(stream.get("/Subtype", ""))):
            yield f"{name} has no MIME type"
        if "/ModDate" not in stream.get("/Params", pikepdf.Dictionary()):
            yield f"{name} does not say when it was changed"


def check_annotations(pdf, data):
    """What lies upon the pages is seen by everybody in the same way, or by nobody (6.3; UA 7.18)."""
    for number, page in enumerate(pdf.pages, 1):
        annotations = page.get("/Annots", [])
        if len(annotations) and page.get("/Tabs") != "/S":
            yield f"page {number} has annotations and goes through them in no order (/Tabs /S)"
        left, low, right, high = [float(side) for side in page.cropbox]
        for annotation in annotations:
            kind, flags = str(annotation.get("/Subtype")), int(annotation.get("/F", 0))
            if kind not in ("/Widget", "/Link"):
                yield f"page {number} has an annotation {kind}"
            if not flags & PRINT or flags & (INVISIBLE | HIDDEN | NO_VIEW | TOGGLE_NO_VIEW):
                yield f"an annotation has the flags {flags}"
            x1, y1, x2, y2 = [float(side) for side in annotation.Rect]
            has_size = x1 != x2 or y1 != y2
            if kind != "/Link" and has_size and "/N" not in annotation.get("/AP", pikepdf.Dictionary()):
                yield "an annotation has no appearance"
            is_outside = max(x1, x2) <= left or min(x1, x2) >= right or max(y1, y2) <= low or min(y1, y2) >= high
            if not is_outside and "/StructParent" not in annotation:
                yield f"an annotation {kind} is not in the structure"
            if kind == "/Widget" and "/TU" not in annotation:
                yield "a field has no name for whoever hears it"
            if kind == "/Link" and "/Contents" not in annotation:
                yield "a link has no words for whoever hears it"
            if "/A" in annotation and kind == "/Widget":
                yield "a field does something"


def check_seal(pdf, data):
    """One signature, over every byte but its own place; nothing may change after it (6.4.3, 6.1.12)."""
    fields = list(pdf.Root.get("/AcroForm", pikepdf.Dictionary()).get("/Fields", []))
    signatures = [field.V for field in fields if field.get("/FT") == "/Sig" and "/V" in field]
    if len(signatures) != 1:
        yield f"there are {len(signatures)} signatures"
        return
    seal = signatures[0]
    start, open_at, close_at, rest = [int(number) for number in seal.ByteRange]
    if start != 0 or close_at + rest != len(data) or not open_at < close_at:
        yield f"the signature covers {list(map(int, seal.ByteRange))} of {len(data)} bytes"
    elif not re.fullmatch(rb"<[0-9a-fA-F]+>", data[open_at:close_at]):
        yield "what the signature leaves out is not itself alone"
    if bytes(seal.Contents)[:1] != b"\x30":
        yield "the signature is none"
    if pdf.Root.get("/Perms", pikepdf.Dictionary()).get("/DocMDP", pikepdf.Dictionary()).objgen != seal.objgen:
        yield "no permission names the signature"
    for reference in seal.get("/Reference", []):
        for key in ("/DigestLocation", "/DigestMethod", "/DigestValue"):
            if key in reference:
                yield f"the signature's reference has {key}"
    if int(pdf.Root.get("/AcroForm", {}).get("/SigFlags", 0)) != 3:
        yield "viewers are not told that a signature is there (/SigFlags 3)"


RULES = {
    "file": check_file,
    "streams": check_streams,
    "metadata": check_metadata,
    "intent": check_intent,
    "actions": check_actions,
    "attachments": check_attachments,
    "annotations": check_annotations,
    "seal": check_seal,
    "structure": check_structure,
    "content": check_content,
}


def faults(data):
    """Every fault of a file, with the rule that found it."""
    with pikepdf.open(BytesIO(data)) as pdf:
        return [(name, fault) for name, rule in RULES.items() for fault in rule(pdf, data)]


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        found = faults(file.read())
    json.dump(found, sys.stdout)
    sys.exit(1 if found else 0)
