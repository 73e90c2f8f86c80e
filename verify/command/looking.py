"""Commands that look: ``list``, ``show``, ``figure``."""

from __future__ import annotations

from pathlib import Path

import click

from verify.command import options
from verify.command.completion import complete_figures, complete_folders
from verify.command.group import Command

__all__ = ["figure", "list_command", "show"]


@click.command(
    "list",
    cls=Command,
    examples=[
        ("assay list assoc-scaling", "the claims of a topic"),
        ("assay list 'assoc-scaling.finite-*'", "those that match a pattern"),
    ],
)
@options.ids
@options.as_json
def list_command(ids: tuple[str, ...], as_json: bool) -> None:
    """List claims: id, kind, standing, title."""
    from verify.command.references import chosen_claims
    from verify.core import display

    claims = chosen_claims(ids, as_json)
    if as_json:
        display.print_json(
            [
                {
                    "id": claim.id,
                    "topic": claim.topic,
                    "title": claim.title,
                    "kind": claim.kind,
                    "standing": str(claim.source.standing),
                }
                for claim in claims
            ]
        )
    else:
        display.show_list(claims)


@click.command(
    cls=Command,
    examples=[
        ("assay show assoc-scaling.finite-data-rate", "a claim of the catalogue"),
        ("assay show mine.py::mine.claim", "one of your own"),
    ],
)
@options.claim_id
@options.tier
@options.seed
@options.ledger
@options.as_json
def show(claim_id: str, tier: str, seed: int, ledger_path: Path | None, as_json: bool) -> None:
    """Show one claim: statement, derivation, verdict.

    Nothing is judged; the verdict is the one that the ledger holds.
    """
    from verify.command.references import one_claim
    from verify.core import display

    claim = one_claim(claim_id, as_json)
    from verify.core.runner import digest_of

    with options.open_ledger(ledger_path) as ledger:
        verdict = ledger.verdict(claim.id, digest_of(claim), seed, tier)
    if as_json:
        display.print_json({"schema": options.SCHEMA, "claim": display.claim_data(claim, verdict)})
    else:
        display.show_claim(claim, verdict, options.reproducing(tier, seed))


@click.command(
    cls=Command,
    examples=[
        ("assay figure", "the names of all figures"),
        ("assay figure assoc-scaling/sign-descent --out figures", "draw one"),
        ("assay figure assoc-scaling", "draw all of a topic"),
    ],
)
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete_figures)
@click.option(
    "--out",
    type=options.Place(file_okay=False),
    default=Path(),
    shell_complete=complete_folders,
    help="Folder to write to; the current one by default.",
)
@options.quiet
def figure(names: tuple[str, ...], out: Path, quiet: bool) -> None:
    """Draw figures as SVG and PNG, and GIF if they move.

    Without a name, list them. A topic names all of its figures.
    """
    from verify.command import index
    from verify.command.references import nearest
    from verify.core.progress import counting, known_paces, timed, waiting

    known = index.figures()
    groups = {name.partition("/")[0] for name in known}
    for name in names:
        if name not in {*known, *groups}:
            hint = nearest(name, [*groups, *known]) or "; assay figure lists all"
            raise click.UsageError(f"unknown figure {name!r}{hint}")
    if names:
        options.require_folder(out, "--out")
    with waiting("loading figures", quiet):
        from verify.core import figures

        chosen = figures.select(names)
    if not names:
        for name in chosen:
            click.echo(name)
        return
    with counting(chosen, "drawing", quiet=quiet, known=known_paces("figure "), each=False) as tell:
        for name in chosen:
            with timed(f"figure {name}"):
                paths = figures.draw(name, out)
            tell(name, name, False)
            for path in paths:
                click.echo(f"wrote {path}", err=True)
