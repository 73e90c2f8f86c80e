"""A document of claims as PDF, by the user's own LaTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from theory.core.errors import AssayError

__all__ = ["compile_pdf", "require_latex"]

_COMMAND = ("pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error")
_RUNS = 5  # at most: contents, references and the widths of tables settle one after another


def require_latex() -> None:
    """Raise `AssayError` where there is no LaTeX to compile with."""
    if shutil.which(_COMMAND[0]) is None:
        raise AssayError(f"{_COMMAND[0]} is not installed: write the LaTeX without --pdf")


def compile_pdf(text: str, out: Path) -> None:
    """Compile a standalone document.

    Parameters
    ----------
    text : str
    out : Path
        The PDF, which is written only when everything compiled.

    Raises
    ------
    AssayError
        There is no LaTeX, it finds an error, or the file cannot be written.
    """
    require_latex()
    with tempfile.TemporaryDirectory(prefix="assay-") as folder:
        source = Path(folder) / "claims.tex"
        source.write_text(text, encoding="utf-8")
        before: list[bytes] = []
        for _ in range(_RUNS):
            run = subprocess.run(
                [*_COMMAND, source.name], cwd=folder, capture_output=True, check=False
            )
            if run.returncode != 0:
                raise AssayError(f"LaTeX stopped: {_first_error(run.stdout)}")
            now = _notes(source)
            if now == before and b"Rerun" not in run.stdout:
                break
            before = now
        try:
            shutil.copyfile(source.with_suffix(".pdf"), out)
        except OSError as problem:
            raise AssayError(f"cannot write {out}: {problem.strerror}") from None


def _notes(source: Path) -> list[bytes]:
    """What one run leaves for the next."""
    files = [source.with_suffix(suffix) for suffix in (".aux", ".toc", ".out")]
    return [file.read_bytes() for file in files if file.exists()]


def _first_error(log: bytes) -> str:
    found = re.search(r"^! (.*)$", log.decode(errors="replace"), re.MULTILINE)
    return found[1] if found else "it says nothing about why"
