"""The command ``assay``. Everything heavy is imported inside the commands that need it."""

from __future__ import annotations

import click

from verify.command.group import Group
from verify.command.installation import completion, doctor, help_command, installed_version
from verify.command.judging import calibration, mutants, refute, run
from verify.command.looking import figure, list_command, show
from verify.command.own import new
from verify.command.writing import blueprint, latex, report

__all__ = ["main"]


@click.group(
    cls=Group,
    invoke_without_command=True,
    examples=[
        ("assay list assoc-scaling", "what is claimed"),
        ("assay show assoc-scaling.finite-data-rate", "one claim and its derivation"),
        ("assay run assoc-scaling.finite-data-rate", "put it to the test"),
        ("assay new mine.py", "state a claim of your own"),
        ("assay help run", "what a command can do"),
    ],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(installed_version(), prog_name="assay")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Put theorems to the test: derive, simulate, judge.

    A claim is a theorem written as mathematics. It is derived in checked steps, simulated by code
    that never saw the formula, and judged: confirmed, refuted or inconclusive.

    IDS are claims (assoc-scaling.finite-data-rate), topics (assoc-scaling), patterns
    ('assoc-scaling.finite-*'), or your own files (theorem.py, theorem.py::ID); none means the whole
    catalogue. Verdicts are kept in a ledger, and judged again when the claim or its code changes.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


main.add_section("Look", list_command, show, figure)
main.add_section("Judge", run, mutants, refute, calibration)
main.add_section("Write", latex, report, blueprint)
main.add_section("Your own claims", new)
main.add_section("This installation", doctor, completion, help_command)
