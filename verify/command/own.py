"""The command that begins a file of one's own: ``new``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from verify.command import options
from verify.command.completion import complete_files
from verify.command.group import Command

__all__ = ["new"]


@click.command(
    cls=Command,
    examples=[
        ("assay new mine.py", "asks what the claim is"),
        ("assay new mine.py --kind bound && assay run mine.py", "an inequality, judged"),
    ],
)
@click.argument(
    "path",
    metavar="FILE.py",
    type=options.Place(dir_okay=False),
    shell_complete=complete_files,
)
@click.option(
    "--kind",
    type=click.Choice(["identity", "bound", "equivalent", "rate", "forall", "trend"]),
    help="What the claim is; asked for on a terminal when it is not given.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def new(path: Path, kind: str | None, force: bool) -> None:
    """Write a file with a claim of your own, which runs.

    The file is commented, and is changed part by part. Its name is the topic of its claims.
    """
    from verify.core.new_theorem import KINDS, topic_of, write_new_theorem

    topic_of(path)  # a bad name is told before anything is asked
    if kind is None:
        if not sys.stdin.isatty():
            raise click.UsageError(f"say what the claim is: --kind {', '.join(KINDS)}")
        for name, words in KINDS.items():
            click.echo(f"{name:<12}{words}", err=True)
        kind = click.prompt("kind", type=click.Choice(list(KINDS)), show_choices=False, err=True)
    write_new_theorem(path, str(kind), force=force)
    click.echo(f"wrote {path}; judge it with: assay run {path}", err=True)
