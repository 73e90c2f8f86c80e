"""The ledger: verdicts in one SQLite file, kept until the claim or its code changes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from theory.core.errors import AssayError
from verify.core.kept import cache_folder

if TYPE_CHECKING:
    from verify.core.verdict import Verdict

__all__ = ["Ledger", "LedgerError", "default_path"]

_COLUMNS = ("kind", "claim", "digest", "seed", "tier", "content")


class LedgerError(AssayError):
    """The ledger file cannot be used."""


def default_path() -> Path:
    """Where the ledger lives unless told otherwise: the user's cache folder."""
    return cache_folder() / "ledger.sqlite"


class Ledger:
    """Verdicts and mutant outcomes by claim, digest of claim and code, seed and tier.

    Every entry is committed as soon as it is written, so a run that is killed loses nothing. An
    entry of the same claim with another digest is out of date, and gives way to the new one.

    Parameters
    ----------
    path : Path
        Created with its folders when missing.

    Raises
    ------
    LedgerError
        The path cannot be opened or is not a ledger; reading and writing raise it as well.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=30)
        try:
            with self._errors():
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute(
                    "CREATE TABLE IF NOT EXISTS entries ("
                    "kind TEXT, claim TEXT, digest TEXT, seed INTEGER, tier TEXT, content TEXT, "
                    "PRIMARY KEY (kind, claim, digest, seed, tier))"
                )
                self._connection.commit()
                columns = self._connection.execute("PRAGMA table_info(entries)").fetchall()
            if tuple(column[1] for column in columns) != _COLUMNS:
                raise LedgerError(f"cannot use the ledger {path}: it is another kind of database")
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as problem:
            words = getattr(problem, "strerror", None) or problem
            raise LedgerError(f"cannot use the ledger {self._path}: {words}") from None

    def verdict(self, claim: str, digest: str, seed: int, tier: str) -> Verdict | None:
        """The stored verdict, if the claim and its code are unchanged."""
        from verify.core.verdict import Verdict  # not above: workers start before SymPy is loaded

        content = self._read("verdict", claim, digest, seed, tier)
        try:
            return None if content is None else Verdict.restored(content)
        except (TypeError, ValueError, KeyError):
            return None  # written by something else: it is judged again

    def store_verdict(self, verdict: Verdict, digest: str, seed: int, tier: str) -> None:
        """Keep a verdict at once."""
        self._write("verdict", verdict.id, digest, seed, tier, verdict.stored())

    def mutants(self, claim: str, digest: str, seed: int, tier: str) -> list[Any] | None:
        """The stored mutant outcomes, if the claim and its code are unchanged."""
        content = self._read("mutants", claim, digest, seed, tier)
        return content if isinstance(content, list) else None

    def store_mutants(
        self, claim: str, outcomes: list[Any], digest: str, seed: int, tier: str
    ) -> None:
        """Keep the outcomes of a claim's mutants at once."""
        self._write("mutants", claim, digest, seed, tier, outcomes)

    def holds_any(self, kind: str, digest: str, seed: int, tier: str) -> bool:
        """Whether there is any entry of this kind of the code with this digest."""
        with self._errors():
            row = self._connection.execute(
                "SELECT 1 FROM entries WHERE kind = ? AND digest = ? AND seed = ? AND tier = ?",
                (kind, digest, seed, tier),
            ).fetchone()
        return row is not None

    def seconds(self, tier: str) -> dict[str, float]:
        """What the last verdict on each claim took, by id, whatever has changed since."""
        with self._errors():
            rows = self._connection.execute(
                "SELECT claim, content FROM entries WHERE kind = 'verdict' AND tier = ?", (tier,)
            ).fetchall()
        found = {}
        for claim, content in rows:
            with suppress(TypeError, ValueError, KeyError):
                found[str(claim)] = float(json.loads(content)["seconds"])
        return found

    def _read(self, kind: str, claim: str, digest: str, seed: int, tier: str) -> Any:
        with self._errors():
            row = self._connection.execute(
                "SELECT content FROM entries "
                "WHERE kind = ? AND claim = ? AND digest = ? AND seed = ? AND tier = ?",
                (kind, claim, digest, seed, tier),
            ).fetchone()
        try:
            return None if row is None else json.loads(row[0])
        except (TypeError, ValueError):
            return None

    def _write(
        self, kind: str, claim: str, digest: str, seed: int, tier: str, content: Any
    ) -> None:
        text = json.dumps(content, allow_nan=False)
        with self._errors(), self._connection:
            self._connection.execute(
                "DELETE FROM entries "
                "WHERE kind = ? AND claim = ? AND seed = ? AND tier = ? AND digest != ?",
                (kind, claim, seed, tier, digest),
            )
            self._connection.execute(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)",
                (kind, claim, digest, seed, tier, text),
            )
