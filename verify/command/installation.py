"""Commands about this installation: ``doctor``, ``completion``, ``help``."""

from __future__ import annotations

import importlib.metadata
import sys

import click

from verify.command import options
from verify.command.completion import complete_commands
from verify.command.group import Command

__all__ = ["completion", "doctor", "help_command", "installed_version"]


def installed_version() -> str:
    """The version of the installed package, or words that say that there is none."""
    try:
        return importlib.metadata.version("assay")
    except importlib.metadata.PackageNotFoundError:
        return "of a checkout that is not installed"


@click.command(
    cls=Command, examples=[("assay doctor --json > doctor.json", "to tell of a problem")]
)
@options.as_json
def doctor(as_json: bool) -> None:
    """Tell what this installation has and can do.

    Exit code 1: something needed is missing.
    """
    from verify.core.progress import waiting

    with waiting("looking", as_json):
        from verify.core.doctor import examination

        findings = list(examination())
    from verify.core import display

    if as_json:
        entries = [{"name": f.name, "found": f.found, "good": f.good} for f in findings]
        display.print_json({"schema": options.SCHEMA, "findings": entries})
    else:
        display.show_findings(findings)
    if any(finding.good is False for finding in findings):
        sys.exit(options.SOME_REFUTED)


@click.command(
    cls=Command,
    examples=[
        ('eval "$(assay completion bash)"', "in ~/.bashrc"),
        ('eval "$(assay completion zsh)"', "in ~/.zshrc, after compinit"),
        ("assay completion fish > ~/.config/fish/completions/assay.fish", "once"),
    ],
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands and ids.

    Commands, options, claims, topics, figures and files are completed on TAB. Claims are known from
    the source of the catalogue, with their titles once a command has loaded it.
    """
    from verify.command.shells import INSTALLATION, script

    click.echo(script(shell, ctx.find_root().command), nl=False)
    if sys.stdout.isatty():
        click.echo(INSTALLATION[shell], err=True)


@click.command("help", cls=Command, examples=[("assay help run", "the same as assay run --help")])
@click.argument("command", required=False, shell_complete=complete_commands)
@click.pass_context
def help_command(ctx: click.Context, command: str | None) -> None:
    """Show the help of a command.

    Without one, the help of assay itself.
    """
    root = ctx.find_root()
    if command is None:
        click.echo(root.get_help())
        return
    group = root.command
    assert isinstance(group, click.Group)
    _, found, _ = group.resolve_command(root, [command])
    assert found is not None
    with click.Context(found, info_name=command, parent=root) as inner:
        click.echo(inner.get_help())
