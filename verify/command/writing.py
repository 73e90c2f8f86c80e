"""Commands that write: ``latex``, ``report``, ``blueprint``."""

from __future__ import annotations

from pathlib import Path

import click

from verify.command import options
from verify.command.completion import complete_files
from verify.command.group import Command

__all__ = ["blueprint", "latex", "report"]


@click.command(
    cls=Command,
    examples=[
        ("assay latex assoc-scaling.finite-data-rate", "a fragment, printed"),
        ("assay latex assoc-scaling --pdf --out claims.pdf", "a document, compiled"),
        ("assay latex mine.py --standalone --out mine.tex", "your own, to be compiled by you"),
        ("assay latex mine.py --out mine.tex --bib mine.bib", "for your paper, with assay.sty"),
    ],
)
@options.ids
@options.out_file("File to write; standard output by default.")
@click.option("--standalone", is_flag=True, help="A document that compiles by itself.")
@click.option(
    "--pdf", is_flag=True, help="Compile it, with the pdflatex of this machine, to --out."
)
@click.option(
    "--bib",
    type=options.Place(dir_okay=False, writable=True),
    shell_complete=complete_files,
    help="Also write the works that are cited, as BibTeX, to this file.",
)
@click.option("--no-run", is_flag=True, help="Do not judge claims that the ledger does not hold.")
@options.tier
@options.seed
@options.jobs
@options.ledger
@options.time_limit
@options.quiet
def latex(
    ids: tuple[str, ...],
    out: Path,
    standalone: bool,
    pdf: bool,
    bib: Path | None,
    no_run: bool,
    tier: str,
    seed: int,
    jobs: int,
    ledger_path: Path | None,
    time_limit: float,
    quiet: bool,
) -> None:
    """Export claims with proofs and verdicts to LaTeX.

    A fragment needs the package assay: assay.sty is written beside --out.
    """
    from verify.command.installation import installed_version
    from verify.command.work import planned, verdicts_for
    from verify.core.progress import waiting

    if str(out) != "-":
        options.require_writable(out, "--out")
    if bib is not None:
        if bib.resolve() == out.resolve():
            raise click.BadParameter(f"{bib} is the file of --out", param_hint="--bib")
        options.require_writable(bib, "--bib")
    if pdf:
        if str(out) == "-":
            raise click.BadParameter("a PDF needs a file to be written to", param_hint="--out")
        from verify.core.document_pdf import require_latex

        require_latex()
    with options.open_ledger(ledger_path) as ledger:
        plan = planned(ids, tier, seed, jobs, False, time_limit, quiet)
        verdicts = verdicts_for(plan, ledger, no_run, quiet)
    number = len(plan.claims)
    with waiting(
        f"printing {options.claim_count(number)}", quiet, pace="latex", units=number, plain=True
    ):
        from verify.core.document import document

        about = f"Written by assay {installed_version()}: tier {tier}, seed {seed}."
        text = document(plan.claims, verdicts, standalone or pdf, about)
    if bib is not None:
        from verify.core.document_bibliography import bibtex, cited

        options.write_text(bib, bibtex(cited(text, plan.claims)), "--bib")
    if str(out) == "-":
        click.echo(text, nl=False)
    elif pdf:
        from verify.core.document_pdf import compile_pdf

        with waiting("compiling the PDF", quiet, pace="pdf", units=len(text), plain=True):
            compile_pdf(text, out)
        options.tell_written(number, out)
    else:
        options.write_text(out, text, "--out")
        if not standalone and out.is_file():  # and not a device or a pipe, beside which nothing is
            from verify.core.document_style import STYLE

            options.write_text(out.with_name("assay.sty"), STYLE, "--out")
        options.tell_written(number, out)


@click.command(
    cls=Command,
    examples=[
        ("assay report --out site", "the whole catalogue"),
        ("assay report mine.py --mutants --out site", "your own, with its mutants"),
    ],
)
@options.ids
@options.out_folder("Folder to write to; open its index.html.")
@click.option("--no-run", is_flag=True, help="Do not judge what the ledger does not hold.")
@click.option("--mutants", "with_mutants", is_flag=True, help="Also judge the mutants.")
@options.tier
@options.seed
@options.jobs
@options.ledger
@options.time_limit
@options.quiet
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
    """Write a static site, which opens without a network.

    Outcomes of mutants that the ledger holds are shown in any case.
    """
    from verify.command.installation import installed_version
    from verify.command.work import judged_mutants, planned, verdicts_for
    from verify.core.progress import counting

    options.require_folder(out, "--out")
    with options.open_ledger(ledger_path) as ledger:
        plan = planned(ids, tier, seed, jobs, False, time_limit, quiet)
        verdicts = verdicts_for(plan, ledger, no_run, quiet)
        found = judged_mutants(plan, ledger, None, quiet) if with_mutants else {}
        from verify.core.runner import held_mutants

        outcomes = {**held_mutants(plan, ledger), **found}  # the ledger may have refused some
    from verify.report.site import write_report

    about = f"Written by assay {installed_version()}: tier {tier}, seed {seed}."
    names = [claim.id for claim in plan.claims]
    settings = options.reproducing(tier, seed)
    with counting(names, "writing", quiet=quiet, each=False) as tell:
        for claim_id in write_report(plan.claims, verdicts, outcomes, out, about, settings):
            tell(claim_id, claim_id, False)
    options.tell_written(len(plan.claims), out / "index.html")


@click.command(
    cls=Command,
    examples=[("assay blueprint mine.py --out blueprint", "your claims, for a Lean project")],
)
@options.ids
@options.out_folder("Folder to write content.tex, common.tex, roadmap.md and graph.dot to.")
@options.tier
@options.seed
@options.ledger
@options.quiet
def blueprint(
    ids: tuple[str, ...],
    out: Path,
    tier: str,
    seed: int,
    ledger_path: Path | None,
    quiet: bool,
) -> None:
    """Export claims for formalisation in Lean.

    content.tex and common.tex follow the conventions of blueprints of Lean projects, roadmap.md
    puts each claim after what it rests on, and graph.dot draws that with Graphviz. Nothing is
    judged; what the ledger holds is used.
    """
    from verify.command.work import planned, verdicts_for
    from verify.core.progress import waiting

    options.require_folder(out, "--out")
    with options.open_ledger(ledger_path) as ledger:
        plan = planned(ids, tier, seed, 1, False, None, quiet)
        verdicts = verdicts_for(plan, ledger, True, quiet)
    number = len(plan.claims)
    with waiting(
        f"printing {options.claim_count(number)}", quiet, pace="blueprint", units=number, plain=True
    ):
        from verify.core.blueprint import write_blueprint

        write_blueprint(plan.claims, verdicts, out)
    options.tell_written(number, out)
