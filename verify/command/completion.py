"""What a shell offers for a word that is being typed: claims, files, figures.

Nothing here imports the catalogue or runs a user's file: `verify.command.index` knows the ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

__all__ = [
    "complete_claim",
    "complete_claims",
    "complete_commands",
    "complete_figures",
    "complete_files",
    "complete_folders",
]

OPEN = "open"
"""The type of a completion that is no whole word yet, so that no space follows it."""

MANY = 30
"""So many ids are offered at once; of more, those of a family come as its first word."""


def complete_claims(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Topics, ids, patterns for families of ids, and files with or without an id."""
    return [*_claims(incomplete, many=True), *_files(incomplete, ".py")]


def complete_claim(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Ids of single claims."""
    return [*_claims(incomplete, many=False), *_files(incomplete, ".py")]


def complete_figures(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Names of figures, and topics for all of theirs."""
    from verify.command import index

    names = index.figures()
    known = [*dict.fromkeys(name.partition("/")[0] for name in names), *names]
    return [_item(name) for name in known if name.startswith(incomplete)]


def complete_commands(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Names of commands."""
    parent = ctx.parent.command if ctx.parent else ctx.command
    names = getattr(parent, "commands", {})
    return [
        _item(name, command.get_short_help_str())
        for name, command in names.items()
        if name.startswith(incomplete)
    ]


def complete_files(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Files, as the shell itself completes them."""
    return [_item(incomplete, type="file")]


def complete_folders(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Folders, as the shell itself completes them."""
    return [_item(incomplete, type="dir")]


def _item(value: str, help: str = "", type: str = "plain") -> CompletionItem[str]:
    from click.shell_completion import CompletionItem

    return CompletionItem(value, type=type, help=help or None)


def _claims(incomplete: str, many: bool) -> Iterator[CompletionItem[str]]:
    from verify.command import index

    topic, dot, _ = incomplete.partition(".")
    if not dot:
        names = [name for name in index.topics() if name.startswith(incomplete)]
        for name in names:
            if many:
                yield _item(name, "all claims of the topic")
            if not many or len(names) == 1:
                yield _item(f"{name}.", "one of its claims", type=OPEN)
        return
    if topic not in index.topics():
        return
    titles = {
        claim_id: title
        for claim_id, title in index.claims_in(topic)
        if claim_id.startswith(incomplete)
    }
    if many and incomplete.endswith("-") and len(titles) > 1:
        yield _item(f"{incomplete}*", f"all {len(titles)} of them")
    families = Counter(_family(claim_id, len(incomplete)) for claim_id in titles)
    for claim_id, title in titles.items():
        size = families.get(family := _family(claim_id, len(incomplete)), 0)
        if len(titles) <= MANY or not family or size == 1:
            yield _item(claim_id, title)
        elif size > 1:
            yield _item(family, f"{size} claims", type=OPEN)
            families[family] = 0  # once is enough


def _family(claim_id: str, length: int) -> str:
    """An id up to its next hyphen; an empty text if there is none."""
    return claim_id[: claim_id.find("-", length) + 1]


def _files(incomplete: str, ending: str) -> Iterator[CompletionItem[str]]:
    """Files of the folder that is being typed, its folders, and ids within a file."""
    from verify.command import index

    name, colons, start = incomplete.partition("::")
    if colons:
        for claim_id, title in index.claims_in(Path(name)):
            if claim_id.startswith(start):
                yield _item(f"{name}::{claim_id}", title)
        return
    head, slash, last = incomplete.rpartition("/")
    try:
        found = sorted(Path(head + slash or ".").iterdir())
    except OSError:
        return
    for path in found:
        if not path.name.startswith(last) or (not last and path.name.startswith((".", "__"))):
            continue
        value = f"{head}{slash}{path.name}"
        if path.is_dir():
            yield _item(f"{value}/", type=OPEN)
        elif path.suffix == ending:
            yield _item(value)
            if value == incomplete and len(index.claims_in(path)) > 1:
                yield _item(f"{value}::", "one of its claims", type=OPEN)
