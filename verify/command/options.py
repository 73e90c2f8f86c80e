"""Options and arguments that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from verify.command.completion import (
    complete_claim,
    complete_claims,
    complete_files,
    complete_folders,
)

if TYPE_CHECKING:
    from verify.core.ledger import Ledger

_Function = TypeVar("_Function", bound=Callable[..., Any])

__all__ = [
    "SCHEMA",
    "SOME_INCONCLUSIVE",
    "SOME_REFUTED",
    "Place",
    "as_json",
    "claim_count",
    "claim_id",
    "fresh",
    "ids",
    "jobs",
    "ledger",
    "open_ledger",
    "out_file",
    "out_folder",
    "quiet",
    "reproducing",
    "require_folder",
    "require_writable",
    "seed",
    "tell_written",
    "tier",
    "time_limit",
    "write_text",
]

SCHEMA = 1
"""Version of what ``--json`` prints."""

SOME_REFUTED, SOME_INCONCLUSIVE = 1, 3


class Place(click.Path):
    """A path; an empty name is not taken for the current folder."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, which need not exist."""
        if not str(value):
            self.fail("the name is empty", param, ctx)
        return super().convert(value, param, ctx)


def _finite(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if not value < 1e9:  # and neither is what is no number
        raise click.BadParameter(f"{value} is not a number of seconds below 10^9")
    return value


def _seed(ctx: click.Context, param: click.Parameter, value: int) -> int:
    if not 0 <= value < 2**63:
        raise click.BadParameter(f"{value} is not between 0 and 2^63 - 1")
    return value


ids = click.argument("ids", nargs=-1, metavar="[IDS]...", shell_complete=complete_claims)
claim_id = click.argument("claim_id", metavar="ID", shell_complete=complete_claim)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
tier = click.option(
    "--tier",
    type=click.Choice(["quick", "full", "large"]),
    default="quick",
    show_default=True,
    help="How tight the resolutions are.",
)
seed = click.option(
    "--seed", type=int, default=0, show_default=True, callback=_seed, help="Seed of every stream."
)
jobs = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Worker processes; the report does not depend on it.",
)
ledger = click.option(
    "--ledger",
    "ledger_path",
    type=Place(dir_okay=False),
    envvar="ASSAY_LEDGER",
    shell_complete=complete_files,
    help="File that keeps verdicts between runs (default: in the user's cache folder).",
)
time_limit = click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=900,
    show_default=True,
    callback=_finite,
    metavar="SECONDS",
    help="Give a claim up as inconclusive after so long.",
)
fresh = click.option("--fresh", is_flag=True, help="Judge again what the ledger holds.")
quiet = click.option("--quiet", is_flag=True, help="No progress, only the result.")


def out_file(help: str) -> Callable[[_Function], _Function]:
    """``--out`` for a file; a dash is standard output."""
    return click.option(
        "--out",
        type=Place(dir_okay=False, writable=True, allow_dash=True),
        default="-",
        shell_complete=complete_files,
        help=help,
    )


def out_folder(help: str) -> Callable[[_Function], _Function]:
    """``--out`` for a folder, which has to be named."""
    return click.option(
        "--out",
        type=Place(file_okay=False),
        required=True,
        shell_complete=complete_folders,
        help=help,
    )


def open_ledger(path: Path | None) -> Ledger:
    """The ledger at a path, or the user's own."""
    from verify.core.ledger import Ledger, default_path

    return Ledger(path or default_path())


def require_writable(path: Path, option: str) -> None:
    """Raise before anything is computed that could not be written."""
    if not path.parent.is_dir():
        raise click.BadParameter(f"the folder {path.parent} does not exist", param_hint=option)
    from verify.core.doctor import cannot_write

    problem = "" if path.exists() else cannot_write(path.parent)
    if problem or (path.exists() and not os.access(path, os.W_OK)):
        raise click.BadParameter(f"{path} {problem or 'cannot be written'}", param_hint=option)


def require_folder(path: Path, option: str) -> None:
    """Raise before anything is computed if no folder can be made there, or written to."""
    from verify.core.doctor import cannot_write

    if problem := cannot_write(path):
        raise click.BadParameter(f"{path}: {problem}", param_hint=option)


def write_text(path: Path, text: str, option: str) -> None:
    """Write a file that an option names."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        words = problem.strerror or problem
        raise click.BadParameter(f"{path} cannot be written: {words}", param_hint=option) from None


def reproducing(tier: str, seed: int) -> str:
    """The options that give these settings, those that are the defaults left out."""
    words = [f"--tier {tier}"] if tier != "quick" else []
    return " ".join([*words, *([f"--seed {seed}"] if seed else [])])


def claim_count(number: int) -> str:
    """So many claims, in words."""
    return f"{number} claim{'' if number == 1 else 's'}"


def tell_written(number: int, where: Path) -> None:
    """Say on standard error what was written."""
    click.echo(f"wrote {claim_count(number)} to {where}", err=True)
