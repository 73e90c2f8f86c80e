"""Derivations as proofs, with the status of every step that is not proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sympy

from theory.core.claim import Claim
from theory.core.decision import Status
from theory.core.derivation import DerivationReport, Step, StepReport, written_out
from theory.core.printing import names_for_words
from theory.core.rules.elementary import ChangeOfVariables, Cited, Definition, Rule, Termwise
from verify.core.document_bibliography import with_citations
from verify.core.document_layout import Row, display, room, width
from verify.core.document_notation import further_definitions, glosses, notation, reference
from verify.core.document_text import breakable, latex_text, listed, plain, sentence

__all__ = ["SIGNS", "Proof"]

SIGNS = {"=": "=", "<=": r"\le", ">=": r"\ge", "~": r"\sim", "+-": "="}
"""How relations of steps are printed; a remainder is written out."""

_SMALL = 0.16  # of a line: a wider remainder is given a name
_COMPLETE = (Status.PROVED, Status.CERTIFIED, Status.CITED)


@dataclass
class _Block:
    """A chain of steps, or a run of side calculations, as one display and the words after it."""

    is_lemma: bool = False
    rows: list[Row] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    start: str = ""  # the expression that the next row begins with
    remainders: list[str] = field(default_factory=list)  # what every line carries along

    def text(self) -> str:
        rows = self.rows or [Row(self.start, "", "")]
        opening = ["Side calculation:" if len(rows) == 1 else "Side calculations:"]
        lines = [*(opening if self.is_lemma else []), display(rows, end="")]
        if self.reasons:
            lines.append(sentence("; ".join(self.reasons)))
        if self.remarks:
            lines.append(f"Here {listed(self.remarks)}.")
        return "\n".join(lines)


class Proof:
    """The proof of one claim, as its derivation was found to stand.

    Parameters
    ----------
    claim : Claim
    report : DerivationReport
    here : mapping
        The kinds of the claims that are printed beside it, by their ids.
    """

    def __init__(self, claim: Claim, report: DerivationReport, here: Mapping[str, str]) -> None:
        self._claim = claim
        self._here = here
        self._report = report
        self._letters = _letters()
        shown = claim.statement.latex(claim.latex) + "".join(
            claim.latex(step.expression) for step in claim.derivation.steps
        )
        self._theta = _unused((r"\vartheta", r"\varrho", r"\varsigma"), shown)
        self._bound = _unused(("R", r"\mathcal{R}", r"\mathrm{Rem}"), shown)

    def text(self, refuted: bool) -> str:
        """The proof environment; ``refuted`` when the verdict is against the claim."""
        worst = self._report.worst
        title = {
            Status.PROVED: "",
            Status.CERTIFIED: "[Proof (a step is certified by interval arithmetic)]",
            Status.CITED: "[Proof (a step is cited, not proved here)]",
            Status.UNDECIDED: r"[Derivation, \textbf{incomplete}]",
            Status.REFUTED: r"[Derivation, \textbf{refuted}]",
        }[worst]
        if refuted and worst in _COMPLETE:
            title = r"[Derivation, \textbf{contradicted by the verdict}]"
        lines = [rf"\begin{{proof}}{title}\assayloose"]
        if refuted or worst not in _COMPLETE:
            lines.append(r"\renewcommand{\qedsymbol}{}")
        lines += further_definitions(self._claim)
        blocks = self._blocks()
        known = notation(self._claim)
        used = glosses(self._claim, (step.expression for step in self._claim.derivation.steps))
        blocks[-1].remarks += [gloss for gloss in used if gloss not in known]
        lines += [block.text() for block in blocks]
        lines += [self._ending(sum(not block.is_lemma for block in blocks), refuted)]
        return "\n".join([*lines, r"\end{proof}"])

    def _blocks(self) -> list[_Block]:
        lemmas = _Block(is_lemma=True)
        chains: list[_Block] = []
        steps = zip(self._claim.derivation.steps, self._report.steps, strict=True)
        for step, report in steps:
            if step.is_lemma:
                left, right = (self._claim.latex(side) for side in step.expression.args)
                self._add(lemmas, Row(left, "=", right), step, report)
                continue
            right = self._claim.latex(step.expression)
            if isinstance(step.by, Definition) or not chains:
                chains.append(_Block())
                left = self.named(sympy.sympify(step.expression))
                self._add(chains[-1], Row(left, "=" if left else "", right), step, report)
                continue
            block = chains[-1]
            own = step.by.remainder(self._claim.domain)
            if own is None and step.by.relation == "=" and _ends_in(block, right, report):
                continue  # another form of what is printed already
            if own is not None:
                self._add_remainder(block, own)
            if step.by.relation == "~":
                block.remainders = []  # negligible, as the step's check has found
            right = " + ".join([right, *block.remainders])
            self._add(block, Row(block.start, SIGNS[step.by.relation], right), step, report)
            block.start = ""
        return ([lemmas] if lemmas.rows else []) + chains

    def _add(self, block: _Block, row: Row, step: Step, report: StepReport) -> None:
        """Put a row and, unless it just writes out a definition, its reason into a block."""
        sign = row.sign
        plain_start = isinstance(step.by, Definition) and not step.note
        if not plain_start or report.status is not Status.PROVED:
            reason = self.reason(step)
            reason += _status_note(report, step.by, reason)
            if sign:
                letter = next(self._letters)
                doubt = {Status.UNDECIDED: "?", Status.REFUTED: "!"}.get(report.status, "")
                sign = rf"\overset{{\text{{({letter}){doubt}}}}}{{{sign}}}"
                block.reasons.append(f"({letter})~{reason}")
            else:
                block.reasons.append(f"first expression: {reason}")
        if sign:
            block.rows.append(Row(row.left, sign, row.right))
        else:
            block.start = row.right

    def named(self, first: sympy.Expr) -> str:
        """The side of the statement, or the observable, that a chain's first line writes out."""
        for side in self._claim.statement.sides:
            if side != first and written_out(side, self._claim) == first:
                return self._claim.latex(side)
        for observable in self._claim.observables:
            if observable.definition is not None and sympy.sympify(observable.definition) == first:
                return observable.latex
        return ""

    def _add_remainder(self, block: _Block, bound: sympy.Expr) -> None:
        printed = self._claim.latex(bound)
        known = {parameter.name for parameter in self._claim.domain.parameters}
        free = [s for s in bound.free_symbols if s.is_Symbol and s.name not in known]
        if free:  # the bound holds whatever they are, up to a constant
            names = listed([f"${self._claim.latex(symbol)}$" for symbol in sorted(free, key=str)])
            block.remarks.append(f"the remainder is of this order for every {names}")
            block.remainders.append(f"O({printed})")
            return
        index = rf"_{{{len(block.remainders) + 1}}}" if block.remainders else ""
        theta, name = self._theta + index, self._bound + index
        if width(printed) > _SMALL * room():
            block.remarks.append(rf"$|{theta}| \le 1$ and ${name} = {printed}$")
            printed = name
        else:
            block.remarks.append(rf"$|{theta}| \le 1$")
            printed = rf"\left({printed}\right)" if bound.is_Add else printed
        block.remainders.append(rf"{theta} \, {printed}")

    def reason(self, step: Step) -> str:
        """What justifies a step: its note and the words of its rule."""
        where = f"{self._claim.id}, a step of the derivation"
        with names_for_words(self._claim.domain, self._claim.observables):
            words = with_citations(latex_text(self._words(step.by), where))
        note = latex_text(step.note, where).rstrip(".")
        if isinstance(step.by, Definition):
            return note or words
        return f"{note} ({words})" if note else words

    def _words(self, rule: Rule) -> str:
        if isinstance(rule, Termwise):
            inner = rule.inner
            while isinstance(inner, Termwise):
                inner = inner.inner
            return f"{self._words(inner)}, term by term"
        if isinstance(rule, ChangeOfVariables):
            old, new = self._claim.latex(rule.old), self._claim.latex(rule.old_as)
            return f"substitution ${old} = {new}$"
        if isinstance(rule, Cited):
            return _work(rule)
        names = r"\\texttt\{([\w-]+\.[\w-]+)\}"  # of claims, as rules that apply them print them
        return re.sub(names, lambda match: reference(match[1], self._here), rule.words)

    def _ending(self, chains: int, refuted: bool) -> str:
        conclusion = self._report.conclusion
        if conclusion.status is not Status.PROVED:
            reason = breakable(plain(conclusion.reason, f"{self._claim.id}, the conclusion"))
            return (
                r"\par\noindent\textbf{The derivation is not seen to conclude the statement} "
                rf"({conclusion.status}): {{\sloppy {reason}.\par}}"
            )
        if self._report.worst is Status.REFUTED:
            return "The last line is the assertion, but a refuted step leads to it."
        if self._report.worst is Status.UNDECIDED:
            return "The last line is the assertion, if every step holds."
        if refuted:
            return "This is the assertion, which the verdict contradicts: one of the two is wrong."
        return "Together these are the assertion." if chains > 1 else "This is the assertion."


def _work(rule: Cited) -> str:
    """A cited theorem and where it is proved; what is no work there says how it is applied."""
    if with_citations(rule.reference) != rule.reference:
        return f"{rule.theorem}, see {rule.reference}"
    if with_citations(rule.theorem) != rule.theorem:
        return f"{rule.theorem}: {rule.reference}"
    return rule.words


def _letters() -> Iterator[str]:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    yield from alphabet
    yield from (first + second for first in alphabet for second in alphabet)


def _unused(signs: tuple[str, ...], latex: str) -> str:
    def used(sign: str) -> bool:
        return re.search(rf"(?<![\\A-Za-z]){re.escape(sign)}(?![A-Za-z])", latex) is not None

    return next(sign for sign in signs if not used(sign))


def _ends_in(block: _Block, right: str, report: StepReport) -> bool:
    """Whether a proved step would print the last line of a block once more."""
    fresh = block.start or block.remainders or not block.rows
    return not fresh and report.status is Status.PROVED and block.rows[-1].right == right


def _status_note(report: StepReport, rule: Rule, reason: str) -> str:
    """A mark for a step that is not proved; a cited theorem that its reason does not name."""
    while isinstance(rule, Termwise):
        rule = rule.inner
    if report.status is Status.CITED and rule.words.startswith(r"\texttt{"):  # a claim's own proof
        return r" [with a \emph{cited} step]"
    if report.status is Status.PROVED:
        return ""
    if report.status is Status.CERTIFIED:
        return " [certified by interval arithmetic]"
    if report.status is Status.CITED:
        _, _, named = report.reason.partition("cited: ")
        named = with_citations(latex_text(named, "the finding of a step"))
        of = f": {named}" if named and named.partition(" (")[0] not in reason else ""
        return rf" [\emph{{cited}}, not proved here{of}]"
    found = breakable(plain(report.reason, "the finding of a step"))
    return rf" \textbf{{[{str(report.status).upper()}:}} {found}\textbf{{]}}"
