"""What PDF/UA-1 asks of a file, as far as a program can see it, read by pikepdf; then the checks of pdfua.

Prints one line for each fault: file, fault. The clauses are those of ISO 14289-1.
"""

import subprocess
import sys

import pikepdf

CELLS = ("/TH", "/TD")


def children(element):
    kids = element.get("/K")
    if kids is None:
        return []
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def content_of(element):
    """Whether any marked content of a page stands beneath the element."""
    kids = element.get("/K")
    if kids is None:
        return False
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return any(not isinstance(kid, pikepdf.Dictionary) or "/S" not in kid or content_of(kid) for kid in kids)


def walk(element):
    yield element
    for kid in children(element):
        yield from walk(kid)


def attribute(element, name):
    attributes = element.get("/A")
    if attributes is None:
        return None
    attributes = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    for entry in attributes:
        if isinstance(entry, pikepdf.Dictionary) and name in entry:
            return entry[name]
    return None


def of_the_file(pdf):
    root = pdf.Root
    with pdf.open_metadata() as metadata:
        if metadata.get("pdfuaid:part") != "1":
            yield "5: the metadata do not claim PDF/UA-1"
        if not metadata.get("dc:title"):
            yield "7.1: no title in the metadata"
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "6.2: not marked as tagged"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "7.1: the window would show the file's name"
    if not str(root.get("/Lang", "")):
        yield "7.2: no language"
    if "/StructTreeRoot" not in root:
        yield "7.1: no structure"
    if "/AcroForm" in root or "/JavaScript" in root.get("/Names", {}):
        yield "it holds a form or runs something"


def of_the_structure(pdf):
    tree = pdf.Root.get("/StructTreeRoot")
    if tree is None:
        return
    last_level = 0
    for element in walk(tree):
        kind = str(element.get("/S", ""))
        if kind in ("/Figure", "/Formula") and not (str(element.get("/Alt", "")) or str(element.get("/ActualText", ""))):
            yield f"7.3: a {kind[1:].lower()} without words"
        if kind in ("/H1", "/H2", "/H3", "/H4", "/H5", "/H6"):
            level = int(kind[2])
            if level > last_level + 1:
                yield f"7.4.2: a heading of level {level} follows one of level {last_level}"
            last_level = level
            if not content_of(element):
                yield "7.4: an empty heading"
        if kind == "/TH" and attribute(element, "/Scope") is None and attribute(element, "/Headers") is None:
            yield "7.5: a table's heading without scope"
        if kind == "/TR" and any(str(kid.get("/S")) not in CELLS for kid in children(element)):
            yield "7.2: something else than cells in a table's row"
        if kind == "/L" and any(str(kid.get("/S")) not in ("/LI", "/L", "/Caption") for kid in children(element)):
            yield "7.2: something else than items in a list"


def of_the_pages(pdf):
    for number, page in enumerate(pdf.pages, start=1):
        if "/StructParents" not in page.obj:
            yield f"7.1: page {number} belongs to no structure"
        annotations = page.obj.get("/Annots", [])
        if len(annotations) and str(page.obj.get("/Tabs")) != "/S":
            yield f"7.18.3: on page {number} the order of links is not that of the text"
        for annotation in annotations:
            if str(annotation.get("/Subtype")) == "/Link" and not str(annotation.get("/Contents", "")):
                yield f"7.18.5: a link on page {number} without words"
            if str(annotation.get("/Subtype")) == "/Link" and "/StructParent" not in annotation:
                yield f"7.18.5: a link on page {number} belongs to no structure"


def of_the_fonts(pdf):
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary) or str(item.get("/Type", "")) != "/Font":
            continue
        name = str(item.get("/BaseFont", "?"))
        kind = str(item.get("/Subtype"))
        if kind in ("/Type0", "/Type1", "/TrueType", "/Type3") and "/ToUnicode" not in item:
            yield f"7.21.7: letters of {name} have no meaning"
        descriptor = item.get("/FontDescriptor")
        if descriptor is not None and not any(f"/FontFile{n}" in descriptor for n in ("", "2", "3")):
            yield f"7.21.4: {name} is not embedded"


def main():
    faulty = False
    for path in sys.argv[1:]:
        with pikepdf.open(path) as pdf:
            for part in (of_the_file, of_the_structure, of_the_pages, of_the_fonts):
                for fault in dict.fromkeys(part(pdf)):
                    faulty = True
                    print(f"{path}: {fault}")
    said = subprocess.run([sys.executable, "-m", "pdfua", "check", *sys.argv[1:]], capture_output=True, text=True)
    if said.returncode != 0:
        faulty = True
        print(said.stdout, said.stderr)
    sys.exit(1 if faulty else 0)


main()
