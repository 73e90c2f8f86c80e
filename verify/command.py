"""The command ``assay``. Everything heavy is imported inside the commands that need it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from verify.core.ledger import Ledger
    from verify.core.runner import Plan

__all__ = ["main"]

SCHEMA = 1
ALL_CONFIRMED, SOME_REFUTED, USAGE_ERROR, SOME_INCONCLUSIVE = 0, 1, 2, 3
INTERRUPTED, PIPE_CLOSED = 130, 141  # as shells report Ctrl-C and a reader that has left


class _Group(click.Group):
    """Every error that is the user's becomes one line on standard error and exit code 2."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except click.ClickException as error:
            code = USAGE_ERROR
            if type(error).__name__ == "NoArgsIsHelpError":
                error.show()
            else:
                _complain(error.format_message())
        except click.Abort:
            code = INTERRUPTED
        sys.exit(code if isinstance(code, int) else ALL_CONFIRMED)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except KeyboardInterrupt:
            _complain("interrupted; what was finished is kept")
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(PIPE_CLOSED)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except Exception as error:
            from theory.core.errors import AssayError  # not above: help loads nothing

            if not isinstance(error, AssayError):
                raise
            _complain(str(error))
            ctx.exit(USAGE_ERROR)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        import difflib

        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self.commands)}"
            ctx.fail(f"no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)


def _complain(message: str) -> None:
    click.echo(f"assay: {' '.join(message.split())}", err=True)


def _version() -> str:
    import importlib.metadata

    try:
        return importlib.metadata.version("assay")
    except importlib.metadata.PackageNotFoundError:
        return "of a checkout that is not installed"


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="assay")
def main() -> None:
    """Put theorems to the test: derive, simulate, judge.

    IDS are claims (assoc-scaling.finite-data-rate), topics (assoc-scaling), patterns
    ('assoc-scaling.finite-*'), or your own files (theorem.py, theorem.py::ID); none means the whole
    catalogue.
    """


def _seed(ctx: click.Context, param: click.Parameter, value: int) -> int:
    if not 0 <= value < 2**63:
        raise click.BadParameter(f"{value} is not between 0 and 2^63 - 1")
    return value


_ids = click.argument("ids", nargs=-1, metavar="[IDS]...")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
_tier = click.option(
    "--tier",
    type=click.Choice(["quick", "full", "large"]),
    default="quick",
    show_default=True,
    help="How tight the resolutions are.",
)
_seed_option = click.option(
    "--seed", type=int, default=0, show_default=True, callback=_seed, help="Seed of every stream."
)
_jobs = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Worker processes; the report does not depend on it.",
)
_ledger = click.option(
    "--ledger",
    "ledger_path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="ASSAY_LEDGER",
    help="File that keeps verdicts between runs (default: in the user's cache folder).",
)
_time_limit = click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=900,
    show_default=True,
    metavar="SECONDS",
    help="Give a claim up as inconclusive after so long.",
)
_fresh = click.option("--fresh", is_flag=True, help="Judge again what the ledger holds.")
_quiet = click.option("--quiet", is_flag=True, help="No progress, only the result.")


def _open(path: Path | None) -> Ledger:
    from verify.core.ledger import Ledger, default_path

    return Ledger(path or default_path())


@main.command("list")
@_ids
@_as_json
def list_command(ids: tuple[str, ...], as_json: bool) -> None:
    """List the claims of the catalogue."""
    from verify.core import display
    from verify.core.registry import select

    claims = select(ids)
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


@main.command()
@click.argument("claim_id", metavar="ID")
@_tier
@_seed_option
@_ledger
@_as_json
def show(claim_id: str, tier: str, seed: int, ledger_path: Path | None, as_json: bool) -> None:
    """Show one claim: statement, hypotheses, derivation, and its verdict if it has one."""
    from verify.core import display
    from verify.core.registry import find
    from verify.core.runner import digest_of

    claim = find(claim_id)
    with _open(ledger_path) as ledger:
        verdict = ledger.verdict(claim.id, digest_of(claim), seed, tier)
    if as_json:
        display.print_json({"schema": SCHEMA, "claim": display.claim_data(claim, verdict)})
    else:
        display.show_claim(claim, verdict)


@main.command()
@_ids
@_tier
@_seed_option
@_jobs
@_ledger
@_fresh
@_time_limit
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write a JUnit XML report.",
)
@_quiet
@_as_json
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
    """Judge claims. Exit code 0: all confirmed, 1: something refuted, 3: something inconclusive."""
    from verify.core import display
    from verify.core.junit import write_junit
    from verify.core.runner import run_claims
    from verify.core.verdict import Decision

    if junit is not None:
        _require_writable(junit, "--junit")
    plan = _plan(ids, tier, seed, jobs, fresh, time_limit)
    verdicts = {}
    with _open(ledger_path) as ledger, display.progress(plan, quiet or as_json) as report:
        for verdict, held in run_claims(plan, ledger):
            verdicts[verdict.id] = verdict
            report(verdict, held)
    ordered = [verdicts[claim.id] for claim in plan.claims]
    if junit is not None:
        write_junit(ordered, junit)
    if as_json:
        display.print_json(
            {
                "schema": SCHEMA,
                "seed": seed,
                "tier": tier,
                "claims": [verdict.as_json() for verdict in ordered],
            }
        )
    else:
        display.show_verdicts(ordered)
    if any(v.verdict is Decision.REFUTED or v.derivation_refuted for v in ordered):
        sys.exit(SOME_REFUTED)
    if any(v.verdict is Decision.INCONCLUSIVE for v in ordered):
        sys.exit(SOME_INCONCLUSIVE)


def _plan(
    ids: tuple[str, ...], tier: str, seed: int, jobs: int, fresh: bool, time_limit: float
) -> Plan:
    from verify.core.registry import select
    from verify.core.runner import Plan

    return Plan(select(ids), tier, seed, jobs, fresh, time_limit)


def _tell_written(plan: Plan, where: Path) -> None:
    number = len(plan.claims)
    click.echo(f"wrote {number} claim{'' if number == 1 else 's'} to {where}", err=True)


def _require_writable(path: Path, option: str) -> None:
    """Raise before anything is computed that could not be written."""
    if not path.parent.is_dir():
        raise click.BadParameter(f"the folder {path.parent} does not exist", param_hint=option)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{path} cannot be written", param_hint=option)


@main.command()
@_ids
@_tier
@_seed_option
@_jobs
@_ledger
@_fresh
@_time_limit
@_quiet
@_as_json
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
    """Judge wrong versions of claims, which the checks must refute.

    Exit code 0: every mutant is killed, equivalent, or survives for a stated reason; 1: some
    mutant survives unexplained.
    """
    from verify.core import display
    from verify.core.runner import run_mutants

    plan = _plan(ids, tier, seed, jobs, fresh, time_limit)
    found = {}
    with _open(ledger_path) as ledger, display.progress(plan, quiet or as_json) as report:
        for claim_id, outcomes, held in run_mutants(plan, ledger):
            found[claim_id] = outcomes
            report(claim_id, held)
    ordered = [outcome for claim in plan.claims for outcome in found[claim.id]]
    if as_json:
        display.print_json({"schema": SCHEMA, "mutants": ordered})
    else:
        display.show_mutants(ordered)
    if any(o["outcome"] == "survived" and not o["reason"] for o in ordered):
        sys.exit(SOME_REFUTED)


@main.command()
@_ids
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True, allow_dash=True),
    default="-",
    help="File to write; standard output by default.",
)
@click.option("--standalone", is_flag=True, help="A document that compiles by itself.")
@click.option(
    "--pdf", is_flag=True, help="Compile it, with the pdflatex of this machine, to --out."
)
@click.option("--no-run", is_flag=True, help="Do not judge claims that the ledger does not hold.")
@_tier
@_seed_option
@_jobs
@_ledger
@_time_limit
@_quiet
def latex(
    ids: tuple[str, ...],
    out: Path,
    standalone: bool,
    pdf: bool,
    no_run: bool,
    tier: str,
    seed: int,
    jobs: int,
    ledger_path: Path | None,
    time_limit: float,
    quiet: bool,
) -> None:
    """Export claims with hypotheses, proofs and verdicts to LaTeX."""
    from verify.core import display
    from verify.core.document import document
    from verify.core.document_pdf import compile_pdf, require_latex
    from verify.core.runner import held_verdicts, run_claims

    if str(out) != "-":
        _require_writable(out, "--out")
    if pdf:
        if str(out) == "-":
            raise click.BadParameter("a PDF needs a file to be written to", param_hint="--out")
        require_latex()
    plan = _plan(ids, tier, seed, jobs, False, time_limit)
    with _open(ledger_path) as ledger:
        verdicts = held_verdicts(plan, ledger)
        if not no_run:
            with display.progress(plan, quiet) as report:
                for verdict, held in run_claims(plan, ledger):
                    verdicts[verdict.id] = verdict
                    report(verdict, held)
    text = document(plan.claims, verdicts, standalone=standalone or pdf)
    if str(out) == "-":
        click.echo(text, nl=False)
    elif pdf:
        compile_pdf(text, out)
        _tell_written(plan, out)
    else:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as problem:
            raise click.BadParameter(f"{problem}", param_hint="--out") from None
        _tell_written(plan, out)


@main.command()
@_ids
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write to; open its index.html.",
)
@click.option("--no-run", is_flag=True, help="Do not judge what the ledger does not hold.")
@click.option("--mutants", "with_mutants", is_flag=True, help="Also judge the mutants.")
@_tier
@_seed_option
@_jobs
@_ledger
@_time_limit
@_quiet
def report(
    ids: tuple[str, ...],
    out: Path,
    no_run: bool,
    with_mutants: bool,
    tier: str,
    seed: int,
    jobs: int,
    ledger_path: Path | None,
    time_limit: float,
    quiet: bool,
) -> None:
    """Write a static site about claims, which opens from disk without a network.

    Outcomes of mutants that the ledger holds are shown in any case.
    """
    from verify.core import display
    from verify.core.runner import held_mutants, held_verdicts, run_claims, run_mutants
    from verify.report.site import write_report

    plan = _plan(ids, tier, seed, jobs, False, time_limit)
    with _open(ledger_path) as ledger:
        verdicts = held_verdicts(plan, ledger)
        if not no_run:
            with display.progress(plan, quiet) as tell:
                for verdict, held in run_claims(plan, ledger):
                    verdicts[verdict.id] = verdict
                    tell(verdict, held)
        if with_mutants:
            with display.progress(plan, quiet) as tell:
                for claim_id, _, held in run_mutants(plan, ledger):
                    tell(claim_id, held)
        outcomes = held_mutants(plan, ledger)
    about = f"Written by assay {_version()}: tier {tier}, seed {seed}."
    with display.progress(plan, quiet) as tell:
        for claim_id in write_report(plan.claims, verdicts, outcomes, out, about):
            tell(claim_id, False)
    _tell_written(plan, out / "index.html")


@main.command()
@_ids
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write content.tex, common.tex and roadmap.md to.",
)
@_tier
@_seed_option
@_ledger
def blueprint(
    ids: tuple[str, ...], out: Path, tier: str, seed: int, ledger_path: Path | None
) -> None:
    """Export claims for formalisation, by the conventions of blueprints of Lean projects.

    Nothing is judged; what the ledger holds is used.
    """
    from verify.core.blueprint import write_blueprint
    from verify.core.runner import held_verdicts

    plan = _plan(ids, tier, seed, 1, False, 900)
    with _open(ledger_path) as ledger:
        verdicts = held_verdicts(plan, ledger)
    write_blueprint(plan.claims, verdicts, out)
    _tell_written(plan, out)


@main.command()
@click.argument("claim_id", metavar="ID")
@click.option(
    "--examples",
    type=click.IntRange(1, 1_000_000),
    default=200,
    show_default=True,
    help="Points that each stage of the search tries.",
)
@_tier
@_seed_option
@_as_json
def refute(claim_id: str, examples: int, tier: str, seed: int, as_json: bool) -> None:
    """Search the whole domain of a claim for a counterexample, and simplify it.

    Exit code 0: none found, 1: a counterexample, with a program that shows it.
    """
    from theory.core.errors import CatalogueError
    from verify.core import display
    from verify.core.registry import check_of, find
    from verify.core.search import refute as search

    claim = find(claim_id)
    check = check_of(claim)
    if check is None:
        raise CatalogueError(f"{claim.id} has no check to search with")
    found = search(claim, check, tier=tier, seed_=seed, examples=examples)
    if as_json:
        display.print_json({"schema": SCHEMA, "seed": seed, "tier": tier, **found.as_json()})
    else:
        display.show_search(claim, found)
    if found.verdict is not None:
        sys.exit(SOME_REFUTED)


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder to write to; the current one by default.",
)
def figure(names: tuple[str, ...], out: Path) -> None:
    """Draw figures as SVG and PNG, and GIF if they move; without a name, list them.

    A topic names all of its figures.
    """
    from verify.core import figures

    for name in figures.select(names):
        if not names:
            click.echo(name)
            continue
        for path in figures.draw(name, out):
            click.echo(f"wrote {path}", err=True)


@main.command()
@click.option(
    "--repetitions",
    type=click.IntRange(100, 1_000_000),
    default=2000,
    show_default=True,
    help="Runs of each test where it must not go wrong.",
)
@_seed_option
@_as_json
def calibration(repetitions: int, seed: int, as_json: bool) -> None:
    """Measure how often the sequential tests are wrong, and how many samples they need.

    Exit code 1 when a test is wrong more often than it promises.
    """
    from verify.core import display
    from verify.core.calibration import report

    found = report(repetitions=repetitions, seed=seed)
    if as_json:
        display.print_json({"schema": SCHEMA, "seed": seed, **found.as_json()})
    else:
        display.show_calibration(found)
    if not found.kept:
        sys.exit(SOME_REFUTED)


@main.command()
@_as_json
def doctor(as_json: bool) -> None:
    """Tell what this installation has and can do. Exit code 1: something needed is missing."""
    from verify.core import display
    from verify.core.doctor import examination

    findings = list(examination())
    if as_json:
        entries = [{"name": f.name, "found": f.found, "good": f.good} for f in findings]
        display.print_json({"schema": SCHEMA, "findings": entries})
    else:
        display.show_findings(findings)
    if any(finding.good is False for finding in findings):
        sys.exit(SOME_REFUTED)


@main.command()
@click.argument("path", metavar="FILE.py", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--kind",
    type=click.Choice(["identity", "bound", "equivalent", "rate", "forall", "trend"]),
    help="What the claim is; asked for on a terminal when it is not given.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def new(path: Path, kind: str | None, force: bool) -> None:
    """Write a commented file with a claim of your own, which runs as it stands.

    The name of the file is the topic of its claims.
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
