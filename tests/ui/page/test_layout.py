import re
from pathlib import Path

import pytest

from ui.page.values import Added, Answering, LoadedPage, Scoped, Turned

LAYOUT = Path(__file__).parents[3] / "ui" / "page" / "layout.py"
LIBRARY = LAYOUT.with_name("library.py")


@pytest.mark.parametrize("values", [LoadedPage, Answering, Turned, Added, Scoped])
def test_each_value_has_the_part_of_its_name(values):
    # read and not run: Gradio is not installed everywhere; a browser test loads the page
    source = LAYOUT.read_text(encoding="utf-8")
    made = source + LIBRARY.read_text(encoding="utf-8")
    parts = set(re.findall(r"(?:^ +| as )self\.(\w+)(?: =|:)", made, re.MULTILINE))
    assert set(values._fields) <= parts
    assert f"self._parts({values.__name__})" in source
