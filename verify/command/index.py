"""Ids and titles of claims, and names of figures, without importing the catalogue.

Importing it takes seconds, and a shell that completes a word cannot wait for that. Commands that
have imported a topic, or run a user's file, leave its ids and titles in the user's cache folder,
with the sizes and times of its source. While these are unchanged the index is exact; otherwise ids
are read off the source, where almost all of them are written out.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verify.core.kept import read_kept, write_kept

if TYPE_CHECKING:
    from theory.core.claim import Claim

__all__ = ["claims_in", "figures", "known_ids", "remember", "topics"]

_ID = re.compile(r"\bid=[\"']([a-z0-9-]+\.[^\"'{}\s]+)[\"']")
_FIGURE = re.compile(r"@figure\([\"']([^\"'{}]+)[\"']\)")


@cache
def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


def topics() -> list[str]:
    """Names of all topics."""
    folders = (path.parent for path in _folder("theory").glob("*/__init__.py"))
    return sorted(folder.name.replace("_", "-") for folder in folders if folder.name != "core")


def claims_in(home: str | Path) -> list[tuple[str, str]]:
    """Ids of the claims of a topic or of a user's file, with titles, which may be empty."""
    place = home if isinstance(home, Path) else _folder_of(home)
    entry = _read().get(str(place.absolute()))
    if entry and entry["stamps"] == _stamps(place):
        return [(claim_id, title) for claim_id, title in entry["claims"]]
    found = [claim_id for path in _sources(place) for claim_id in _matches(_ID, path)]
    topic = f"{home}." if isinstance(home, str) else ""
    return [(claim_id, "") for claim_id in dict.fromkeys(found) if claim_id.startswith(topic)]


def known_ids() -> list[str]:
    """Ids of all claims of the catalogue."""
    return [claim_id for topic in topics() for claim_id, _ in claims_in(topic)]


def figures() -> list[str]:
    """Names of all figures."""
    files = sorted(_folder("verify").glob("*/figures/*.py"))
    files += sorted(_folder("verify").glob("*/figures.py"))
    return [name for path in files for name in _matches(_FIGURE, path)]


def remember(home: str | Path, claims: Iterable[Claim]) -> None:
    """Leave the ids and titles of a whole topic or file, as it was imported, in the index."""
    place = home if isinstance(home, Path) else _folder_of(home)
    index, stamps = _read(), _stamps(place)
    if index.get(str(place.absolute()), {}).get("stamps") != stamps:
        kept = {path: entry for path, entry in index.items() if Path(path).exists()}
        entry = {"stamps": stamps, "claims": [(claim.id, claim.title) for claim in claims]}
        write_kept("index", kept | {str(place.absolute()): entry})


def _folder_of(topic: str) -> Path:
    return _folder("theory") / topic.replace("-", "_")


def _sources(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _stamps(place: Path) -> str:
    """Names, sizes and times of the files of a topic, or of one file, in one word."""
    with suppress(OSError):
        states = [(path.name, path.stat()) for path in _sources(place)]
        words = " ".join(f"{name} {s.st_mtime_ns} {s.st_size}" for name, s in states)
        return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()
    return ""


def _matches(pattern: re.Pattern[str], path: Path) -> list[str]:
    try:
        return pattern.findall(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []


def _read() -> dict[str, Any]:
    """The index by folders of topics; what is not as it should be is left out."""
    return {home: entry for home, entry in read_kept("index").items() if _is_entry(entry)}


def _is_entry(entry: Any) -> bool:
    try:
        pairs = all(len(pair) == 2 for pair in entry["claims"])
        return isinstance(entry["stamps"], str) and pairs
    except (KeyError, TypeError):
        return False
