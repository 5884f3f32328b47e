"""What check_archive.py asks of the pages and of the structure that is laid over them: that everything on a page is told or
left out on purpose, in an order, in a language, and in letters that can be copied out again.
"""

import re

import pikepdf

# The standard types of ISO 32000-1 (14.8.4).
STANDARD = set(
    "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody "
    "Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu WT WP Figure "
    "Formula Form".split()
)
# What puts something on the page.
PAINTS = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "EI", "INLINE IMAGE", "Tj", "TJ", "'", '"'}
SHOWS = {"Tj", "TJ", "'", '"'}
DEVICE_COLOURS = {"g": "Gray", "G": "Gray", "rg": "RGB", "RG": "RGB", "k": "CMYK", "K": "CMYK"}


def check_structure(pdf, data):
    """Marked, in a language, with a title, and a tree of standard types whose headings begin at 1 and leave none out."""
    root = pdf.Root
    marks = root.get("/MarkInfo", pikepdf.Dictionary())
    if not marks.get("/Marked", False) or marks.get("/Suspects", False):
        yield "it is not marked"
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", str(root.get("/Lang", ""))):
        yield "it is in no language"
    if not root.get("/ViewerPreferences", pikepdf.Dictionary()).get("/DisplayDocTitle", False):
        yield "viewers show the file's name and not its title"
    if "/StructTreeRoot" not in root:
        yield "there is no structure"
        return
    tree = root.StructTreeRoot
    roles = {str(name): str(role) for name, role in tree.get("/RoleMap", pikepdf.Dictionary()).items()}
    before = 0
    for element in elements(tree):
        kind = str(element.get("/S", "?"))
        seen = set()
        while kind.lstrip("/") not in STANDARD and kind in roles and kind not in seen:
            seen.add(kind)
            kind = roles[kind]
        name = kind.lstrip("/")
        if name not in STANDARD:
            yield f"an element is of the type {kind}"
        if name in ("Figure", "Formula") and not (element.get("/Alt") or element.get("/ActualText")):
            yield f"a {name} has no words"
        if re.fullmatch("H[1-6]", name):
            if int(name[1]) > before + 1:
                yield f"a heading {name} follows one of level {before}"
            before = int(name[1])
    if before == 0:
        yield "there are no headings"


def elements(tree):
    """The elements of the structure in their order."""
    below = tree.get("/K", [])
    for one in below if isinstance(below, pikepdf.Array) else [below]:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type", "/StructElem") == "/StructElem" and "/S" in one:
            yield one
            yield from elements(one)


def parents(pdf):
    """Which element each number of the parent tree names."""

    def entries(node):
        numbers = list(node.get("/Nums", []))
        yield from zip(map(int, numbers[::2]), numbers[1::2])
        for kid in node.get("/Kids", []):
            yield from entries(kid)

    tree = pdf.Root.get("/StructTreeRoot", pikepdf.Dictionary()).get("/ParentTree", pikepdf.Dictionary())
    return dict(entries(tree))


def check_content(pdf, data):
    """Every page, and every form drawn upon it."""
    intents = pdf.Root.get("/OutputIntents", [])
    profiles = [intent.get("/DestOutputProfile") for intent in intents]
    spaces = {{3: "RGB", 1: "Gray", 4: "CMYK"}.get(int(profile.get("/N", 0))) for profile in profiles if profile is not None}
    owners = parents(pdf)
    for number, page in enumerate(pdf.pages, 1):
        if "/StructParents" not in page:
            yield f"page {number} is not in the structure"
            continue
        owned = owners.get(int(page.StructParents), [])
        for fault in check_stream(page, page.get("/Resources", {}), owned, spaces):
            yield f"page {number}: {fault}"


class Marks:
    """Where in marked content a place is."""

    def __init__(self):
        self.open = []

    def begin(self, tag, properties):
        is_told = properties is not None and "/MCID" in properties
        self.open.append((str(tag), is_told, properties))

    def is_artifact(self):
        return any(tag == "/Artifact" for tag, _, _ in self.open)

    def is_told(self):
        return any(is_told for _, is_told, _ in self.open)

    def is_spelled(self):
        return any(properties is not None and "/ActualText" in properties for _, _, properties in self.open)


def check_stream(content, resources, owned, spaces):
    fonts = resources.get("/Font", pikepdf.Dictionary())
    readable = {name: codes_of(font) for name, font in fonts.items()}
    for name, font in fonts.items():
        yield from check_font(str(name), font)
    for state in resources.get("/ExtGState", pikepdf.Dictionary()).values():
        if "/TR" in state or state.get("/TR2", "/Default") != "/Default":
            yield "a state of graphics changes colours (/TR)"
    marks, font, seen = Marks(), None, set()
    for operands, operator in pikepdf.parse_content_stream(content):
        name = str(operator)
        if name in ("BDC", "BMC"):
            properties = operands[1] if name == "BDC" else None
            if isinstance(properties, pikepdf.Name):
                properties = resources.get("/Properties", pikepdf.Dictionary()).get(str(properties))
            is_artifact, is_told = str(operands[0]) == "/Artifact", properties is not None and "/MCID" in properties
            if (is_artifact and marks.is_told()) or (is_told and marks.is_artifact()):
                yield "what is told and what is left out lie in each other"
            if is_told:
                mcid = int(properties["/MCID"])
                if mcid in seen:
                    yield f"the number {mcid} stands twice"
                seen.add(mcid)
                if mcid >= len(owned) or not isinstance(owned[mcid], pikepdf.Dictionary):
                    yield f"the number {mcid} belongs to no element"
            marks.begin(operands[0], properties)
        elif name == "EMC":
            marks.open.pop()
        elif name == "Tf":
            font = str(operands[0])
        elif name in DEVICE_COLOURS:
            yield from check_colour(DEVICE_COLOURS[name], spaces)
        elif name in ("cs", "CS"):
            named = resources.get("/ColorSpace", pikepdf.Dictionary()).get(str(operands[0]), operands[0])
            yield from check_space(named, spaces)
        if name in PAINTS and not (marks.is_artifact() or marks.is_told()):
            yield f"something is painted ({name}) that is neither told nor left out"
        if name in SHOWS and not marks.is_spelled() and not marks.is_artifact():
            unread = [code for code in codes(operands) if code not in readable.get(font, set())]
            if unread:
                yield f"the font {font} has no letters for {unread[:3]}"
        if name == "Do":
            yield from check_drawn(resources.XObject[str(operands[0])], spaces)
    if marks.open:
        yield "marked content does not end"


def check_colour(colour, spaces):
    if colour not in spaces and not (colour == "Gray" and spaces):
        yield f"Device{colour} is used, and no output intent says what it is"


def check_space(space, spaces):
    """A colour space: of a device, which the output intent must explain, or with a profile of its own."""
    if isinstance(space, pikepdf.Name):
        yield from check_colour(str(space).removeprefix("/Device"), spaces)
    elif str(space[0]) == "/ICCBased":
        if bytes(space[1].read_bytes())[36:40] != b"acsp":
            yield "a colour space has no profile"
    elif str(space[0]) not in ("/CalGray", "/CalRGB", "/Lab", "/Pattern"):
        yield f"a colour space is {space[0]}"


def check_drawn(drawn, spaces):
    """A picture, or a form: ours hold no text."""
    if drawn.get("/Interpolate", False) or "/Alternates" in drawn or "/OPI" in drawn or "/PS" in drawn:
        yield "a picture is not always the same"
    if "/ColorSpace" in drawn:
        yield from check_space(drawn.ColorSpace, spaces)


def check_font(name, font):
    """Its shapes are inside, and its letters can be copied out (6.2.11; UA 7.21)."""
    if "/ToUnicode" not in font:
        yield f"the font {name} does not say which letters it has (/ToUnicode)"
    kind = str(font.get("/Subtype"))
    if kind == "/Type3":
        return
    if kind != "/Type0":
        yield f"the font {name} is of the kind {kind}"
        return
    if str(font.get("/Encoding")) not in ("/Identity-H", "/Identity-V"):
        yield f"the font {name} has an encoding of its own"
    inner = font.DescendantFonts[0]
    descriptor = inner.get("/FontDescriptor", pikepdf.Dictionary())
    file = descriptor.get("/FontFile2", descriptor.get("/FontFile3"))
    if file is None or len(bytes(file.read_bytes())) < 100:
        yield f"the font {name} is not embedded"
    if inner.get("/Subtype") == "/CIDFontType2" and "/CIDToGIDMap" not in inner:
        yield f"the font {name} does not say which shape is which (/CIDToGIDMap)"


def codes(operands):
    """The two-byte codes of what is shown."""
    shown = operands[-1]
    for part in shown if isinstance(shown, pikepdf.Array) else [shown]:
        if isinstance(part, pikepdf.String):
            text = bytes(part)
            yield from (int.from_bytes(text[at : at + 2], "big") for at in range(0, len(text), 2))


def codes_of(font):
    """The codes for which a font says a letter that is one."""
    if "/ToUnicode" not in font:
        return set()
    known = set()
    text = bytes(font.ToUnicode.read_bytes()).decode("latin-1")

    def is_letter(digits):
        return bool(digits) and digits.lower() not in ("0000", "feff", "fffe")

    for body in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
        pairs = re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", body)
        known.update(int(code, 16) for code, letters in pairs if is_letter(letters))
    for body in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
        for first, last, letters in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(\[.*?\]|<[0-9A-Fa-f]+>)", body, re.S):
            if letters.startswith("[") or is_letter(letters.strip("<>")):
                known.update(range(int(first, 16), int(last, 16) + 1))
    return known
