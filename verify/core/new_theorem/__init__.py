"""New own-theorem files: a small claim of each kind that runs, to be replaced part by part."""

from __future__ import annotations

import keyword
import re
import sys
from importlib import metadata, resources
from pathlib import Path

from theory.core import catalogue
from theory.core.errors import AssayError

__all__ = ["KINDS", "topic_of", "write_new_theorem"]

KINDS = {
    "identity": "two expressions are equal",
    "bound": "a chain of inequalities",
    "equivalent": "a ratio tends to 1",
    "rate": "a power law, an exponential rate or logarithmic growth",
    "forall": "a property of every input of a finite set",
    "trend": "of trained models, one group is lower than another",
}
"""The kinds of statement, each with the words in which a choice is offered."""

_STEM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def topic_of(path: Path) -> str:
    """The topic of the claims in a new file: its name, with hyphens.

    Raises
    ------
    AssayError
        The name cannot be that of a module and of a topic.
    """
    stem = path.stem
    if path.suffix != ".py":
        raise AssayError(f"{path} is no Python file: its name ends in .py")
    if not _STEM.fullmatch(stem) or keyword.iskeyword(stem):
        raise AssayError(
            f"{path.name} names no topic: take lower-case words with _ between, as own_work.py"
        )
    topic = stem.replace("_", "-")
    if topic in catalogue.topics():
        raise AssayError(f"{path.name} would be the topic {topic}, which the catalogue has")
    # the folder of a user's file comes first on the path from which modules are imported
    if stem in sys.stdlib_module_names or stem in metadata.packages_distributions():
        raise AssayError(f"{path.name} would hide the Python module {stem}; take another name")
    return topic


def write_new_theorem(path: Path, kind: str, *, force: bool = False) -> str:
    """Write a commented file with one claim that is confirmed as it stands.

    Parameters
    ----------
    path : Path
        Its name gives the topic.
    kind : str
        One of `KINDS`.
    force : bool
        Whether a file that is there is overwritten.

    Returns
    -------
    str
        The topic.

    Raises
    ------
    AssayError
        The name is not valid, the kind is unknown, or the file is there or cannot be written.
    """
    topic = topic_of(path)
    if kind not in KINDS:
        raise AssayError(f"unknown kind {kind!r}; there are {', '.join(KINDS)}")
    template = resources.files(__name__).joinpath(f"{kind}.py.txt").read_text(encoding="utf-8")
    text = template.replace("FILE.py", path.name).replace("TOPIC", topic)
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise AssayError(f"there is a file {path}; --force overwrites it") from None
    except OSError as problem:
        raise AssayError(f"cannot write {path}: {problem.strerror}") from None
    return topic
