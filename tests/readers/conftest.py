import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


@pytest.fixture
def write_zip(tmp_path: Path) -> Callable[[str, Mapping[str, str | bytes]], Path]:
    """Writes parts, by name, into a ZIP file, and returns its path."""

    def write_zip(name: str, parts: Mapping[str, str | bytes]) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        return path

    return write_zip


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra `ocr` were not installed."""
    monkeypatch.setitem(sys.modules, "rapidocr", None)
