"""What the command prints: tables for terminals, plain lines elsewhere, JSON for programs."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from theory.core.claim import Claim
from theory.core.parameters import Categorical, Integer, Parameter, Real
from verify.core.findings import plain
from verify.core.userfile import reference
from verify.core.verdict import Decision, Verdict, point_words

if TYPE_CHECKING:
    from verify.core.calibration import Calibration
    from verify.core.doctor import Finding
    from verify.core.search import Search

__all__ = [
    "claim_data",
    "print_json",
    "show_calibration",
    "show_claim",
    "show_findings",
    "show_list",
    "show_mutants",
    "show_search",
    "show_verdicts",
]

_COLOURS = {
    "confirmed": "green",
    "refuted": "bold red",
    "inconclusive": "yellow",
    "killed": "green",
    "equivalent": "dim",
    "survived": "yellow",
    "proved": "green",
    "certified": "green",
    "cited": "cyan",
    "undecided": "yellow",
}


_NO_FOLDING = 1_000_000


class _Console(Console):
    """A console that leaves a closed pipe to the command."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _console() -> Console:
    # off a terminal lines are not folded, so that they can be searched and cut
    terminal = sys.stdout.isatty()
    bare = bool(os.environ.get("NO_COLOR"))  # rich would keep bold and dim; FORCE_COLOR it knows
    return _Console(
        highlight=False,
        emoji=False,
        soft_wrap=not terminal,
        width=None if terminal else _NO_FOLDING,
        color_system=None if bare else "auto",
    )


def _table(ids: Sequence[str], *columns: str) -> Table:
    """A table whose first column holds claims, which are never cut."""
    table = Table(box=None, pad_edge=False)
    table.add_column("claim", no_wrap=True, min_width=max(map(len, ids), default=0))
    for column in columns:
        table.add_column(column)
    return table


def _coloured(word: str) -> str:
    return f"[{_COLOURS.get(word, 'default')}]{word}[/]"


def print_json(data: Any) -> None:
    """Print plain data as JSON on standard output; NaN and infinities are refused."""
    unicode = (sys.stdout.encoding or "ascii").lower().startswith("utf")
    text = json.dumps(data, indent=2, ensure_ascii=not unicode, allow_nan=False)
    sys.stdout.write(text + "\n")


def show_list(claims: Sequence[Claim]) -> None:
    """A table of claims."""
    table = _table([claim.id for claim in claims], "kind", "standing", "title")
    for claim in claims:
        table.add_row(claim.id, claim.kind, str(claim.source.standing), escape(claim.title))
    _console().print(table)


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """A table of verdicts, counterexamples below it, and a line that counts them."""
    console = _console()
    ids = [verdict.id for verdict in verdicts]
    table = _table(ids, "verdict", "how", "certainty", "derivation", "s")
    for verdict in verdicts:
        table.add_row(
            verdict.id,
            _coloured(str(verdict.verdict)),
            str(verdict.how),
            verdict.certainty,
            _derivation(verdict),
            f"{verdict.seconds:.1f}",
        )
    console.print(table)
    for verdict in verdicts:
        if verdict.verdict is not Decision.CONFIRMED:
            console.print(
                f"\n{_coloured(str(verdict.verdict))} {verdict.id}: {escape(verdict.reason)}"
            )
        if verdict.counterexample:
            console.print(f"  at        {escape(point_words(verdict.counterexample['point']))}")
            console.print(f"  predicted {escape(verdict.counterexample['predicted'])}")
            console.print(f"  measured  {escape(verdict.counterexample['measured'])}")
            program = verdict.counterexample["program"].replace("\n", "; ")
            console.print(f"  again     {escape(f'python -c {shlex.quote(program)}')}")
    counts = Counter(str(verdict.verdict) for verdict in verdicts)
    words = ", ".join(f"{counts[str(d)]} {d}" for d in Decision if counts[str(d)])
    console.print(f"\n{words or 'no claims'}")


def _derivation(verdict: Verdict) -> str:
    """How many steps stand how, each status in its colour."""
    return re.sub("[a-z]+", lambda word: _coloured(word[0]), verdict.derivation_words)


def show_mutants(outcomes: Sequence[dict[str, str]]) -> None:
    """A table of mutants with what killed them or why they survive."""
    table = _table([o["claim"] for o in outcomes], "mutant", "outcome", "reason")
    for outcome in outcomes:
        table.add_row(
            outcome["claim"],
            escape(outcome["mutant"]),
            _coloured(outcome["outcome"]),
            escape(outcome["reason"] or f"UNEXPLAINED; {outcome.get('found', '')}"),
        )
    console = _console()
    console.print(table)
    counts = Counter(outcome["outcome"] for outcome in outcomes)
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    console.print(f"\n{words or 'no mutants'}")


def show_search(claim: Claim, found: Search) -> None:
    """The counterexample with a program that shows it, or the point that came closest to one."""
    console = _console()
    if found.verdict is not None and found.verdict.counterexample:
        seen = found.verdict.counterexample
        console.print(f"{_coloured('refuted')} {claim.id}: {escape(seen['reason'])}")
        console.print(f"  at        {escape(point_words(seen['point']))}")
        console.print(f"  predicted {escape(seen['predicted'])}")
        console.print(f"  measured  {escape(seen['measured'])}")
        console.print(f"\n{escape(seen['program'])}")
        return
    console.print(f"no counterexample to {claim.id} at {found.points} points")
    if found.worst is not None:
        console.print(f"  closest   {escape(point_words(plain(found.worst)))}")


def show_calibration(found: Calibration) -> None:
    """Wrong decisions against what was promised, then sample numbers."""
    console = _console()
    alarms = Table(box=None, pad_edge=False)
    for column in ("law", "test", "wrong", "promised", "measured", ""):
        alarms.add_column(column)
    for alarm in found.alarms:
        kept = alarm.count <= alarm.limit
        alarms.add_row(
            escape(alarm.law),
            alarm.test,
            str(alarm.wrong),
            f"≤ {alarm.error:g}",
            f"{alarm.count / alarm.repetitions:.4f} of {alarm.repetitions}",
            "[green]kept[/]" if kept else "[bold red]BROKEN[/]",
        )
    console.print(alarms)
    power = Table(box=None, pad_edge=False)
    power.add_column("law")
    offsets = list(found.power[0].ratios)
    power.add_column("fixed-size test")
    for offset in offsets:
        power.add_column({0: "prediction right", 1: "at the edge"}.get(offset, f"{offset} off"))
    for law in found.power:
        power.add_row(
            escape(law.law),
            f"{law.fixed_size:,.0f} samples",
            *(
                f"x {law.ratios[offset]:.3f}, "
                + ("rightly neither" if offset == 1 else f"right {law.decided_rightly[offset]:.1%}")
                for offset in offsets
            ),
        )
    console.print(
        "\nMean samples to the decision of an equivalence test (error 0.001), as a part of"
    )
    console.print(
        "what a fixed-size test with the same errors needs, and how often it was right.\n"
    )
    console.print(power)


def show_findings(findings: Sequence[Finding]) -> None:
    """What the installation has, what is missing in red."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        found = escape(finding.found)
        table.add_row(finding.name, found if finding.good is not False else f"[bold red]{found}[/]")
    _console().print(table)


def show_claim(claim: Claim, verdict: Verdict | None, options: str = "") -> None:
    """Everything about one claim, in text; ``options`` are what judging it needs besides its id."""
    console = _console()
    console.print(f"[bold]{claim.id}[/]\n[bold]{escape(claim.title)}[/]\n\n{escape(claim.says)}\n")
    console.print(f"[bold]Statement[/] ({claim.kind})\n  {escape(str(claim.statement))}\n")
    console.print("[bold]Hypotheses[/]")
    for parameter in claim.domain.parameters:
        meaning = f"  {parameter.meaning}" if parameter.meaning else ""
        console.print(f"  {parameter.name}: {escape(_range_words(parameter))}{escape(meaning)}")
    for condition in claim.domain.where:
        console.print(f"  {escape(str(condition))}")
    for remark in claim.domain.remarks:
        console.print(f"  {escape(remark)}")
    for observable in claim.observables:
        console.print(f"\n[bold]{observable.name}[/]: {escape(observable.meaning)}")
        if observable.definition is not None:
            console.print(f"  = {escape(str(sympy.sympify(observable.definition)))}")
    console.print(f"\n[bold]Source[/]\n  {escape(claim.source.words())}")
    if claim.published:
        console.print(f"  published form, which fails: {escape(claim.published)}")
    if claim.uses:
        console.print(f"\n[bold]Rests on[/]\n  {', '.join(claim.uses)}")
    report = claim.derivation_report() if verdict is None else verdict.report(claim)
    if report.steps:
        console.print("\n[bold]Derivation[/]")
    for step, finding in zip(claim.derivation.steps, report.steps, strict=True):
        console.print(f"  {finding.index}. {escape(str(step))}")
        status = _coloured(str(finding.status))
        console.print(f"     {status} by {escape(finding.rule)}: {escape(finding.reason)}")
    if report.steps:
        status = str(report.conclusion.status)
        console.print(f"  conclusion: {_coloured(status)}: {escape(report.conclusion.reason)}")
    console.print("\n[bold]Verdict[/]")
    if verdict is None:
        command = f"assay run {shlex.quote(reference(claim))} {options}".rstrip()
        console.print(f"  not judged yet: {escape(command)}")
    else:
        console.print(
            f"  {_coloured(str(verdict.verdict))} ({verdict.how}): {verdict.certainty}; "
            f"{escape(verdict.reason)}"
        )
        for form in verdict.published:
            seen = form["counterexample"]
            at = f" at {point_words(seen['point'])}" if seen else ""
            console.print(
                f"  published form: {_coloured(form['verdict'])}: {escape(form['name'])}: "
                f"{escape(form['reason'] + at)}"
            )
            if seen:
                console.print(f"{escape(seen['program'])}")


def _range_words(parameter: Parameter) -> str:
    """The allowed values in plain text where that is short, in LaTeX otherwise."""
    if isinstance(parameter, (Real, Integer)):
        kind = "a whole number in" if isinstance(parameter, Integer) else "in"
        return f"{kind} {parameter.interval()}"
    if isinstance(parameter, Categorical):
        return f"one of {', '.join(parameter.choices)}"
    return parameter.range_latex()


def claim_data(claim: Claim, verdict: Verdict | None) -> dict[str, Any]:
    """Everything about one claim, in plain values."""
    report = claim.derivation_report() if verdict is None else verdict.report(claim)
    return {
        "id": claim.id,
        "topic": claim.topic,
        "title": claim.title,
        "says": claim.says,
        "kind": claim.kind,
        "standing": str(claim.source.standing),
        "source": claim.source.words(),
        "statement": str(claim.statement),
        "latex": claim.statement.latex(claim.latex),
        "hypotheses": list(claim.domain.latex()),
        "uses": list(claim.uses),
        "derivation": [
            {
                "index": found.index,
                "relation": found.relation,
                "expression": str(step.expression),
                "rule": found.rule,
                "status": str(found.status),
                "reason": found.reason,
            }
            for step, found in zip(claim.derivation.steps, report.steps, strict=True)
        ],
        "conclusion": str(report.conclusion.status) if report.steps else None,
        "verdict": None if verdict is None else verdict.as_json(),
    }
