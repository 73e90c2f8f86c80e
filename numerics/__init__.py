"""Simulators: what happens when a theorem's situation is actually run.

Nothing here knows a prediction. A simulator draws samples, applies definitions and counts. `core`
holds what several topics need; each topic is a package of sections named as in `theory` and
`verify`. Importing this package is cheap: only the submodules import Numba. Public is what
`numerics.__all__` lists, loaded on first use; everything else may change.

Numba notices when the file of a kernel changes, but not when that of another kernel does that it
calls. Kernels are therefore called across files from `core` only, and compiled ones are kept in a
folder of the user's cache that is named by the contents of `core`.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import platformdirs

_HOMES = {
    "numerics.core.streams": ("Stream", "integers", "normals", "uniforms"),
    "numerics.core.training": ("train",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'numerics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_HOME)


def _folder_of_kernels() -> str:
    core = Path(__file__).parent / "core"
    contents = hashlib.blake2b(digest_size=8)
    for path in sorted(core.glob("*.py")):
        contents.update(path.read_bytes())
    return str(Path(platformdirs.user_cache_dir("assay"), "kernels", contents.hexdigest()))


if not os.environ.get("NUMBA_CACHE_DIR"):
    os.environ["NUMBA_CACHE_DIR"] = _folder_of_kernels()
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]
