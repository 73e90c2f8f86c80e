"""Simulators: what happens when a theorem's situation is actually run.

Nothing here knows a prediction. A simulator draws samples, applies definitions and counts. `core`
holds what several topics need; each topic is a package of sections named as in `theory` and
`verify`. Importing this package is cheap: only the submodules import Numba.

Numba notices when the file of a kernel changes, but not when that of another kernel does that it
calls. Kernels are therefore called across files from `core` only, and compiled ones are kept in a
folder of the user's cache that is named by the contents of `core`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import platformdirs

__all__: list[str] = []


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
