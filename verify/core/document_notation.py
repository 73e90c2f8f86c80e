"""What a printed claim says about its symbols: definitions, well-known functions, references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sympy

from theory.core.claim import Claim
from theory.core.observable import Observable
from theory.core.parameters import Parameter, Simplex
from theory.core.printing import latex
from theory.core.shorthand import Shorthand, with_names
from theory.core.special import NormalCDF, StudentCDF
from verify.core.document_layout import Row, display, gathered, width
from verify.core.document_text import identifier, listed, plain

__all__ = [
    "definitions",
    "further_definitions",
    "glosses",
    "notation",
    "reference",
    "references",
    "well_known",
]

_WELL_KNOWN: tuple[tuple[Any, str, str, str], ...] = (  # what is looked for, symbol, meaning
    (sympy.zeta, r"\zeta", r"\zeta", "the Riemann zeta function"),
    (sympy.beta, r"\mathrm{B}", r"\mathrm{B}", "Euler's Beta function"),
    (sympy.harmonic, "H_{", "H_{n,s}", r"the sum $\sum_{j=1}^{n} j^{-s}$"),
    (NormalCDF, r"\Phi", r"\Phi", "the standard normal distribution function"),
    (
        StudentCDF,
        "T_{",
        "T_{d}",
        "the distribution function of Student's $t$ law with $d$ degrees of freedom",
    ),
    (
        sympy.LambertW,
        r"W\left(",
        r"W(\cdot)",
        "Lambert's function, $W(z) e^{W(z)} = z$",
    ),
    (
        sympy.KroneckerDelta,
        r"\mathbf{1}\{",
        r"\mathbf{1}\{\cdot\}",
        "$1$ where its condition holds and $0$ elsewhere",
    ),
)


def well_known(claim: Claim, expressions: Iterable[Any]) -> list[tuple[str, str]]:
    """The well-known functions that occur and are seen, in definitions at the latest."""
    shown = [sympy.sympify(expression) for expression in expressions]
    having = {
        function: [expression for expression in shown if expression.has(function)]
        for function, *_ in _WELL_KNOWN
    }
    relevant = list(dict.fromkeys(expression for found in having.values() for expression in found))
    if not relevant:
        return []
    text = "".join(claim.latex(expression) for expression in relevant) + "".join(
        _own_definition(claim, o) for o in claim.observables if o.definition in relevant
    )
    return [
        (symbol, meaning)
        for function, mark, symbol, meaning in _WELL_KNOWN
        if mark in text and having[function]
    ]


def glosses(claim: Claim, expressions: Iterable[Any]) -> list[str]:
    """What the well-known functions are that occur and are seen."""
    return [f"${symbol}$ is {meaning}" for symbol, meaning in well_known(claim, expressions)]


@cache
def notation(claim: Claim) -> str:
    """One sentence on the well-known functions and sets of a claim's statement and definitions."""
    defined = [o.definition for o in claim.observables if o.definition is not None]
    known = glosses(claim, [*claim.statement.sides, *claim.domain.where, *defined])
    for parameter in claim.domain.parameters:
        if isinstance(parameter, Simplex):
            length = parameter.length
            size = length.latex if isinstance(length, Parameter) else str(length)
            positive = is_positive_simplex(parameter)
            words = f"is the set of {'positive ' * positive}probability vectors of length ${size}$"
            known.append(rf"$\Delta{'^{+}' * positive}_{{{size}}}$ {words}")
    return f"Here {listed(list(dict.fromkeys(known)))}." if known else ""


def is_positive_simplex(parameter: Parameter) -> bool:
    """Whether it is a probability vector without zeros."""
    return isinstance(parameter, Simplex) and parameter.entry.symbol.is_positive is True


def definitions(claim: Claim) -> list[str]:
    """What the observables of a claim are, and the shorthands that its statement shows."""
    lines = _written(claim, _shorthands(claim)[0])
    for observable in claim.observables:
        if isinstance(observable, Shorthand):
            continue
        left = observable.latex
        others = ""
        if observable.definition is not None and _elsewhere(claim, observable):
            arguments = [latex(argument, claim.domain) for argument in observable.arguments]
            left = rf"{left}\left[{', '.join(arguments)}\right]"
            others = _further_arguments(claim, observable)
        called = f"Write ${left}${others}{_meaning(claim, observable)}"
        if observable.definition is None:
            lines.append(f"{called}.")
        else:
            row = Row(left, "=", _own_definition(claim, observable))
            lines.append(f"{called}:\n{display([row])}")
    return lines


def _elsewhere(claim: Claim, observable: Observable) -> bool:
    """Whether the statement or a definition has the observable at other than its own arguments."""
    own = tuple(map(sympy.sympify, observable.arguments))
    defined = [o.definition for o in claim.observables if o.definition is not None]
    return any(
        application.func.__name__ == observable.name and application.args != own
        for expression in [*claim.statement.sides, *defined]
        for application in sympy.sympify(expression).atoms(sympy.core.function.AppliedUndef)
    )


def _further_arguments(claim: Claim, observable: Observable) -> str:
    """What the arguments are that the claim itself does not have."""
    known = claim.domain.names
    words = [
        f"${latex(argument, claim.domain)}$: {plain(argument.meaning, f'{claim.id}, an argument')}"
        for argument in observable.arguments
        if isinstance(argument, Parameter) and argument.name not in known and argument.meaning
    ]
    return f" ({'; '.join(words)})" if words else ""


def further_definitions(claim: Claim) -> list[str]:
    """What the shorthands are that only the derivation shows."""
    return _written(claim, _shorthands(claim)[1])


def _shorthands(claim: Claim) -> tuple[list[Shorthand], list[Shorthand]]:
    """Those that the statement or a definition of it shows, and the others."""
    ours = [o for o in claim.observables if isinstance(o, Shorthand)]
    expressions = [*claim.statement.sides, *claim.domain.where] + [
        o.definition for o in claim.observables if o not in ours and o.definition is not None
    ]

    def names(expression: Any, known: Sequence[Shorthand]) -> set[str]:
        applied = with_names(expression, known).atoms(sympy.core.function.AppliedUndef)
        return {application.func.__name__ for application in applied}

    shown = set().union(*(names(expression, ours) for expression in expressions))
    waiting = [shorthand for shorthand in ours if shorthand.name in shown]
    while waiting:  # what a shown one is defined by is shown with it
        current = waiting.pop()
        found = names(current.definition, [o for o in ours if o is not current]) - shown
        waiting += [shorthand for shorthand in ours if shorthand.name in found]
        shown |= found
    return [o for o in ours if o.name in shown], [o for o in ours if o.name not in shown]


def _written(claim: Claim, shorthands: Sequence[Shorthand]) -> list[str]:
    """Shorthands in two sentences: those that fit into the text, and the long ones."""
    in_text, named, formulas = [], [], []
    for shorthand in shorthands:
        name, left = (claim.latex(shorthand.named() ** n) for n in (1, shorthand.power))
        meaning = _meaning(claim, shorthand)
        inline = f"{left} = {_own_definition(claim, shorthand, inline=True)}"
        if _BIG.search(inline) or width(inline) > _WIDEST:
            named.append(f"${name}${meaning}")
            formulas.append(f"{left} = {_own_definition(claim, shorthand)}")
        else:
            in_text.append(f"${inline}${meaning}")
    lines = [f"Write {listed(in_text)}."] if in_text else []
    return lines + ([f"Write {listed(named)}:\n{gathered(formulas)}"] if named else [])


def _meaning(claim: Claim, observable: Observable) -> str:
    meaning = plain(observable.meaning, f"{claim.id}, the meaning of {observable.name}")
    article = re.match(r"(the|an?|that|whether|how|what|its)\b", meaning, re.IGNORECASE)
    return f" for {'' if article else 'the '}{meaning}" if meaning else ""


_WIDEST = 120  # points of a formula within a line of text
_BIG = re.compile(r"\\(sum|prod|int)(?![A-Za-z])")


def _own_definition(claim: Claim, observable: Observable, inline: bool = False) -> str:
    others = [other for other in claim.observables if other is not observable]
    return latex(observable.definition, claim.domain, others, inline=inline)


def references(claim_ids: Sequence[str], here: Mapping[str, str]) -> str:
    """Several claims: by their numbers, in the order in which they are printed, or by their ids."""
    known = set(claim_ids)
    items = []
    for kind in dict.fromkeys(here.values()):
        ours = [one for one, called in here.items() if one in known and called == kind]
        if len(ours) > 1:
            numbers = [rf"\ref{{assay:{one}}}" for one in ours]
            items.append(f"{kind}s~{listed(numbers)}")
        else:
            items += [reference(one, here) for one in ours]
    elsewhere = [one for one in claim_ids if one not in here]
    return listed([*items, *(reference(one, here) for one in elsewhere)])


def reference(claim_id: str, here: Mapping[str, str]) -> str:
    """A claim by its number if it is printed in this document, else by its id."""
    if claim_id in here:
        return rf"{here[claim_id]}~\ref{{assay:{claim_id}}}"
    return f"the claim {identifier(claim_id)}"
