"""PowerPoint files: each slide a page."""

import pytest

from rag.errors import ReadError
from rag.readers.office.pptx import PptxReader

RELATIONSHIPS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
NAMESPACES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def body(*lines):
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return f"<p:txBody>{paragraphs}</p:txBody>"


def shape(*lines, kind=None):
    holder = f'<p:ph type="{kind}"/>' if kind else ""
    return f"<p:sp><p:nvSpPr><p:nvPr>{holder}</p:nvPr></p:nvSpPr>{body(*lines)}</p:sp>"


def table(*rows):
    cells = "".join("<a:tr>" + "".join(f"<a:tc>{body(cell)}</a:tc>" for cell in row) + "</a:tr>" for row in rows)
    return (
        f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{cells}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )


def relations(*entries):
    inner = "".join(f'<Relationship Id="{key}" Type="{KINDS}{kind}" Target="{to}"/>' for key, kind, to in entries)
    return f"<Relationships {RELATIONSHIPS}>{inner}</Relationships>"


def tree(shapes):
    return f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"


@pytest.fixture
def read(write_zip):
    def read(*slides, notes=""):
        parts = {
            "_rels/.rels": relations(("a", "officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f"<p:presentation {NAMESPACES}><p:sldIdLst>"
            + "".join(f'<p:sldId id="{256 + i}" r:id="r{i}"/>' for i in range(len(slides)))
            + "</p:sldIdLst></p:presentation>",
            # The parts are numbered against the order of the slides, as after moving them.
            "ppt/_rels/presentation.xml.rels": relations(
                *((f"r{i}", "slide", f"slides/slide{len(slides) - i}.xml") for i in range(len(slides)))
            ),
        }
        for i, shapes in enumerate(slides):
            parts[f"ppt/slides/slide{len(slides) - i}.xml"] = f"<p:sld {NAMESPACES}>{tree(shapes)}</p:sld>"
        if notes:
            parts[f"ppt/slides/_rels/slide{len(slides)}.xml.rels"] = relations(("n", "notesSlide", "../notes/n1.xml"))
            parts["ppt/notes/n1.xml"] = f"<p:notes {NAMESPACES}>{tree(notes)}</p:notes>"
        return PptxReader().read(write_zip("talk.pptx", parts))

    return read


def test_each_slide_is_a_page(read):
    document = read(shape("One."), "", shape("Three."), shape("Four."))
    assert document.text == "One.\n\nThree.\n\nFour."
    assert document.metadata["page_starts"] == "0,6,6,14"


def test_title_comes_first_and_notes_last(read):
    shapes = shape("Text.") + shape("The bridge", kind="title")
    document = read(shapes, notes=shape("1", kind="sldNum") + shape("Said aloud.", kind="body"))
    assert document.text == "The bridge\nText.\nSaid aloud."
    assert document.title == "The bridge"


@pytest.mark.parametrize("kind", ["sldNum", "dt", "ftr", "hdr"])
def test_frame_of_the_slide_is_left_out(read, kind):
    assert read(shape("Text.") + shape("every slide", kind=kind)).text == "Text."


def test_groups_tables_and_line_breaks_are_read(read):
    group = f"<p:grpSp><p:grpSp>{shape('Inside.')}</p:grpSp></p:grpSp>"
    broken = "<p:sp><p:txBody><a:p><a:r><a:t>a</a:t></a:r><a:br/><a:r><a:t>b</a:t></a:r></a:p></p:txBody></p:sp>"
    rows = table(["Country", "GDP", "Year"], ["France", "3.1", "2024"])
    assert read(group + broken + rows).text == "Inside.\na\nb\nCountry: France; GDP: 3.1; Year: 2024."


def test_presentation_without_words_is_refused(read):
    with pytest.raises(ReadError, match="no text"):
        read("", "")


def test_file_written_by_python_pptx_is_read(tmp_path):
    pptx = pytest.importorskip("pptx")
    file = pptx.Presentation()
    slide = file.slides.add_slide(file.slide_layouts[1])
    slide.shapes.title.text = "The bridge"
    slide.placeholders[1].text = "It opened in 1932.\nIt is grey."
    slide.notes_slide.notes_text_frame.text = "Say it slowly."
    file.slides.add_slide(file.slide_layouts[5]).shapes.title.text = "The end"
    file.save(tmp_path / "a.pptx")
    document = PptxReader().read(tmp_path / "a.pptx")
    assert document.text == "The bridge\nIt opened in 1932.\nIt is grey.\nSay it slowly.\n\nThe end"
    assert document.metadata["page_starts"] == "0,58"
