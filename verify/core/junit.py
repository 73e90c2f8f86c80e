"""Verdicts as JUnit XML, for continuous integration services."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from verify.core.verdict import Decision, Verdict

__all__ = ["write_junit"]


def write_junit(verdicts: Sequence[Verdict], path: Path) -> None:
    """Write one test case for each claim.

    A refuted claim is a failure and an inconclusive one an error: neither may pass unseen.
    """
    suite = ElementTree.Element(
        "testsuite",
        name="assay",
        tests=str(len(verdicts)),
        failures=str(sum(v.verdict is Decision.REFUTED for v in verdicts)),
        errors=str(sum(v.verdict is Decision.INCONCLUSIVE for v in verdicts)),
        time=f"{sum(v.seconds for v in verdicts):.3f}",
    )
    for verdict in verdicts:
        topic, _, name = verdict.id.partition(".")
        case = ElementTree.SubElement(
            suite, "testcase", classname=topic, name=name, time=f"{verdict.seconds:.3f}"
        )
        if verdict.verdict is not Decision.CONFIRMED:
            kind = "failure" if verdict.verdict is Decision.REFUTED else "error"
            element = ElementTree.SubElement(case, kind, message=_printable(verdict.reason))
            if verdict.counterexample:
                element.text = _printable(str(verdict.counterexample["program"]))
    tree = ElementTree.ElementTree(suite)
    ElementTree.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def _printable(text: str) -> str:
    """XML allows no control characters but tab and newline."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
