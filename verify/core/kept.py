"""Small JSON files in the user's cache folder, which can be lost without harm."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["cache_folder", "read_kept", "write_kept"]


def cache_folder() -> Path:
    """The user's cache folder for all that is kept between runs."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("assay"))


def read_kept(name: str) -> dict[str, Any]:
    """What is kept under a name; nothing where it cannot be read."""
    try:
        content = json.loads((cache_folder() / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_kept(name: str, content: dict[str, Any]) -> None:
    """Replace what is kept in one step, so that it is whole whenever it is read."""
    folder = cache_folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix=name, dir=folder)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
            os.replace(path, folder / f"{name}.json")
        except BaseException:
            os.unlink(path)
            raise
