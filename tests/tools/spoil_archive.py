"""Shows that check_archive.py finds what it looks for: spoils a good file in many ways, each of which a rule must find.

Usage: spoil_archive.py FILE.pdf

Prints a JSON object: each way, the rule that must find it, and the rules that did. Writing a file anew breaks its signature,
so the rule `seal` finds a fault in each; the ways that are about the seal work on the bytes, and keep all else whole.
"""

import json
import sys
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from check_archive import faults


def first_font(pdf):
    return next(iter(pdf.pages[0].Resources.Font.values()))


def take_font_out(pdf):
    descriptor = first_font(pdf).DescendantFonts[0].FontDescriptor
    for key in ("/FontFile2", "/FontFile3"):
        if key in descriptor:
            del descriptor[key]


def replace_metadata(pdf, old, new):
    text = bytes(pdf.Root.Metadata.read_bytes())
    assert old in text, old
    pdf.Root.Metadata.write(text.replace(old, new))


def replace_content(pdf, change):
    page = pdf.pages[0]
    page.contents_coalesce()
    page.Contents = Stream(pdf, change(bytes(page.Contents.read_bytes())))


def use_plain_grey(pdf):
    del pdf.Root.OutputIntents
    replace_content(pdf, lambda old: b"0 g\n" + old)


def annotation(pdf):
    return next(page for page in pdf.pages if "/Annots" in page).Annots[0]


def delete(key):
    def spoil(pdf):
        assert key in pdf.Root, key
        del pdf.Root[key]

    return spoil


def put(owner, key, value):
    def spoil(pdf):
        owner(pdf)[key] = value

    return spoil


def drop(owner, key):
    def spoil(pdf):
        assert key in owner(pdf), key
        del owner(pdf)[key]

    return spoil


def attach_loosely(pdf):
    del pdf.Root.AF[0]


def link_outside(pdf):
    pdf.Root["/Outside"] = pdf.make_indirect(Stream(pdf, b"", {"/F": String("elsewhere.bin")}))


def pack_with_lzw(pdf):
    pdf.Root["/Packed"] = pdf.make_indirect(Stream(pdf, b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", {"/Filter": Name.LZWDecode}))


def skip_a_heading(pdf):
    def rename(element):
        for one in element.K if isinstance(element.get("/K"), Array) else [element.get("/K")]:
            if isinstance(one, Dictionary) and "/S" in one:
                if one.S == "/H1":
                    one.S = Name.H3
                    return True
                if rename(one):
                    return True
        return False

    assert rename(pdf.Root.StructTreeRoot)


def empty_parents(pdf):
    tree = pdf.Root.StructTreeRoot.ParentTree
    while "/Nums" not in tree:
        tree = tree.Kids[0]
    tree.Nums[1] = Array()


def run_by_itself(pdf):
    pdf.Root["/OpenAction"] = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


# What is spoiled, how, and the rule that must find it.
WAYS = {
    "no output intent": (delete("/OutputIntents"), "intent"),
    "an output intent without a profile": (drop(lambda pdf: pdf.Root.OutputIntents[0], "/DestOutputProfile"), "intent"),
    "colours that nothing explains": (use_plain_grey, "content"),
    "a colour space of a printer": (
        lambda pdf: replace_content(pdf, lambda old: b"/DeviceCMYK cs\n" + old),
        "content",
    ),
    "colours of a printer": (lambda pdf: replace_content(pdf, lambda old: b"0 0 0 1 k\n" + old), "content"),
    "no XMP": (delete("/Metadata"), "metadata"),
    "another part": (lambda pdf: replace_metadata(pdf, b"<pdfaid:part>3<", b"<pdfaid:part>2<"), "metadata"),
    "a lower level": (lambda pdf: replace_metadata(pdf, b"conformance>A<", b"conformance>B<"), "metadata"),
    "no claim of PDF/UA": (lambda pdf: replace_metadata(pdf, b"<pdfuaid:part>1<", b"<pdfuaid:part>2<"), "metadata"),
    "another title": (put(lambda pdf: pdf.trailer.Info, "/Title", String("Another")), "metadata"),
    "another day": (put(lambda pdf: pdf.trailer.Info, "/CreationDate", String("D:20010101000000Z")), "metadata"),
    "a font that is not inside": (
        take_font_out,
        "content",
    ),
    "letters that cannot be copied": (drop(first_font, "/ToUnicode"), "content"),
    "a stream outside": (link_outside, "streams"),
    "LZW": (pack_with_lzw, "streams"),
    "JavaScript": (run_by_itself, "actions"),
    "a program to start": (put(annotation, "/A", Dictionary(Type=Name.Action, S=Name.Launch)), "actions"),
    "something that happens by itself": (put(annotation, "/AA", Dictionary()), "actions"),
    "not marked": (put(lambda pdf: pdf.Root.MarkInfo, "/Marked", False), "structure"),
    "no structure": (delete("/StructTreeRoot"), "structure"),
    "no language": (delete("/Lang"), "structure"),
    "the file's name for a title": (drop(lambda pdf: pdf.Root.ViewerPreferences, "/DisplayDocTitle"), "structure"),
    "a heading left out": (skip_a_heading, "structure"),
    "words that nobody hears": (
        lambda pdf: replace_content(pdf, lambda old: old + b"\n0 0 10 10 re f\n"),
        "content",
    ),
    "marks of no element": (empty_parents, "content"),
    "an artifact within what is told": (
        lambda pdf: replace_content(pdf, lambda old: old + b"\n/Artifact BMC /P <</MCID 0>> BDC EMC EMC\n"),
        "content",
    ),
    "an attachment of no kind": (
        drop(lambda pdf: pdf.Root.AF[0].EF.F, "/Subtype"),
        "attachments",
    ),
    "an attachment that is nothing to the document": (drop(lambda pdf: pdf.Root.AF[0], "/AFRelationship"), "attachments"),
    "an attachment of nothing": (attach_loosely, "attachments"),
    "a field that is not printed": (put(annotation, "/F", 0), "annotations"),
    "a field without a name": (drop(annotation, "/TU"), "annotations"),
    "a field upon the page that is not told": (put(annotation, "/Rect", Array([10, 10, 10, 10])), "annotations"),
    "a field without an appearance": (put(annotation, "/Rect", Array([-9, -9, -1, -1])), "annotations"),
    "fields in no order": (drop(lambda pdf: pdf.pages[0], "/Tabs"), "annotations"),
}


def written(pdf):
    out = BytesIO()
    kept = {"stream_decode_level": pikepdf.StreamDecodeLevel.none, "compress_streams": False}
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, fix_metadata_version=False, **kept)
    return out.getvalue()


def found_by(data):
    return sorted({name for name, _ in faults(data)})


def main(path):
    with open(path, "rb") as file:
        good = file.read()
    told = {"nothing": [None, found_by(good)]}
    with pikepdf.open(BytesIO(good)) as pdf:
        told["written anew"] = ["seal", found_by(written(pdf))]
    for name, (spoil, rule) in WAYS.items():
        with pikepdf.open(BytesIO(good)) as pdf:
            spoil(pdf)
            told[name] = [rule, found_by(written(pdf))]
    told["bytes behind the end"] = ["file", found_by(good + b"%\n")]
    told["more than was signed"] = ["seal", found_by(good + b"\n")]
    told["locked"] = ["file", locked(good)]
    json.dump(told, sys.stdout)


def locked(good):
    with pikepdf.open(BytesIO(good)) as pdf:
        out = BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user=""))
    return found_by(out.getvalue())


if __name__ == "__main__":
    main(sys.argv[1])
