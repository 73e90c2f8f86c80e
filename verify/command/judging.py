"""Commands that judge: ``run``, ``mutants``, ``refute``, ``calibration``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from verify.command import options
from verify.command.completion import complete_files
from verify.command.group import Command

__all__ = ["calibration", "mutants", "refute", "run"]


@click.command(
    cls=Command,
    examples=[
        ("assay run assoc-scaling.finite-data-rate", "one claim"),
        ("assay run assoc-scaling --jobs 2", "a topic, in two processes"),
        ("assay run mine.py", "the claims of a file of your own"),
        ("assay run --tier full --seed 1 --junit report.xml", "for a build"),
    ],
)
@options.ids
@options.tier
@options.seed
@options.jobs
@options.ledger
@options.fresh
@options.time_limit
@click.option(
    "--junit",
    type=options.Place(dir_okay=False),
    metavar="FILE",
    shell_complete=complete_files,
    help="Also write a JUnit XML report.",
)
@options.quiet
@options.as_json
def run(
    ids: tuple[str, ...],
    tier: str,
    seed: int,
    jobs: int,
    ledger_path: Path | None,
    fresh: bool,
    time_limit: float,
    junit: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Judge claims.

    What the ledger holds is not judged again. Exit code 0: all confirmed, 1: something refuted, 3:
    something inconclusive.
    """
    from verify.command.work import early_workers, judged, planned

    if junit is not None:
        options.require_writable(junit, "--junit")
    silent = quiet or as_json
    with (
        options.open_ledger(ledger_path) as ledger,
        early_workers(ids, tier, seed, jobs, fresh, ledger, "verdict") as crew,
    ):
        plan = planned(ids, tier, seed, jobs, fresh, time_limit, silent)
        verdicts = judged(plan, ledger, crew, silent)
    from verify.core import display
    from verify.core.junit import write_junit
    from verify.core.verdict import Decision

    ordered = [verdicts[claim.id] for claim in plan.claims]
    if as_json:
        display.print_json(
            {
                "schema": options.SCHEMA,
                "seed": seed,
                "tier": tier,
                "claims": [verdict.as_json() for verdict in ordered],
            }
        )
    else:
        display.show_verdicts(ordered)
    if junit is not None:  # last: what was found is on the screen if it cannot be written
        try:
            write_junit(ordered, junit)
        except OSError as problem:
            words = f"{junit} cannot be written: {problem.strerror or problem}"
            raise click.BadParameter(words, param_hint="--junit") from None
    if any(v.verdict is Decision.REFUTED or v.derivation_refuted for v in ordered):
        sys.exit(options.SOME_REFUTED)
    if any(v.verdict is Decision.INCONCLUSIVE for v in ordered):
        sys.exit(options.SOME_INCONCLUSIVE)


@click.command(
    cls=Command,
    examples=[
        ("assay mutants assoc-scaling.finite-data-rate", "wrong versions of one claim"),
        ("assay mutants mine.py --jobs 2", "of all claims of your own file"),
    ],
)
@options.ids
@options.tier
@options.seed
@options.jobs
@options.ledger
@options.fresh
@options.time_limit
@options.quiet
@options.as_json
def mutants(
    ids: tuple[str, ...],
    tier: str,
    seed: int,
    jobs: int,
    ledger_path: Path | None,
    fresh: bool,
    time_limit: float,
    quiet: bool,
    as_json: bool,
) -> None:
    """Judge wrong versions of claims, which must be refuted.

    A check that would let a wrong constant or exponent pass tests nothing. Exit code 0: every
    mutant is killed, equivalent, or survives for a stated reason; 1: some mutant survives
    unexplained.
    """
    from verify.command.work import early_workers, judged_mutants, planned

    silent = quiet or as_json
    with (
        options.open_ledger(ledger_path) as ledger,
        early_workers(ids, tier, seed, jobs, fresh, ledger, "mutants") as crew,
    ):
        plan = planned(ids, tier, seed, jobs, fresh, time_limit, silent)
        found = judged_mutants(plan, ledger, crew, silent)
    from verify.core import display

    ordered = [outcome for claim in plan.claims for outcome in found[claim.id]]
    if as_json:
        display.print_json({"schema": options.SCHEMA, "mutants": ordered})
    else:
        display.show_mutants(ordered)
    if any(o["outcome"] == "survived" and not o["reason"] for o in ordered):
        sys.exit(options.SOME_REFUTED)


@click.command(
    cls=Command,
    examples=[
        ("assay refute mine.py::mine.claim", "look for a counterexample"),
        ("assay refute mine.py::mine.claim --examples 2000", "look longer"),
    ],
)
@options.claim_id
@click.option(
    "--examples",
    type=click.IntRange(1, 1_000_000),
    default=200,
    show_default=True,
    help="Points that each stage of the search tries.",
)
@options.tier
@options.seed
@options.quiet
@options.as_json
def refute(claim_id: str, examples: int, tier: str, seed: int, quiet: bool, as_json: bool) -> None:
    """Search for a counterexample to a claim, and simplify it.

    The whole domain of the claim is searched. Exit code 0: none found, 1: a counterexample, with a
    program that shows it.
    """
    from verify.command.references import one_claim
    from verify.core.progress import waiting

    claim = one_claim(claim_id, quiet or as_json)
    from theory.core.errors import CatalogueError
    from verify.core import display
    from verify.core.registry import check_of
    from verify.core.search import refute as search

    with waiting(
        f"searching {claim.id}",
        quiet or as_json,
        pace=f"refute {tier} {claim.id}",
        units=examples,
        plain=True,
    ):
        check = check_of(claim)
        if check is None:
            raise CatalogueError(f"{claim.id} has no check to search with")
        found = search(claim, check, tier=tier, seed_=seed, examples=examples)
    if as_json:
        display.print_json(
            {"schema": options.SCHEMA, "seed": seed, "tier": tier, **found.as_json()}
        )
    else:
        display.show_search(claim, found)
    if found.verdict is not None:
        sys.exit(options.SOME_REFUTED)


@click.command(
    cls=Command,
    examples=[("assay calibration --repetitions 200", "a quick look")],
)
@click.option(
    "--repetitions",
    type=click.IntRange(100, 1_000_000),
    default=2000,
    show_default=True,
    help="Runs of each test where it must not go wrong.",
)
@options.seed
@options.quiet
@options.as_json
def calibration(repetitions: int, seed: int, quiet: bool, as_json: bool) -> None:
    """Measure how often the sequential tests are wrong.

    Also how many samples they need. Exit code 1 when a test is wrong more often than it promises.
    """
    from verify.core.progress import waiting

    with waiting(
        "measuring the tests",
        quiet or as_json,
        pace="calibration",
        units=repetitions,
        plain=True,
    ):
        from verify.core.calibration import report

        found = report(repetitions=repetitions, seed=seed)
    from verify.core import display

    if as_json:
        display.print_json({"schema": options.SCHEMA, "seed": seed, **found.as_json()})
    else:
        display.show_calibration(found)
    if not found.kept:
        sys.exit(options.SOME_REFUTED)
