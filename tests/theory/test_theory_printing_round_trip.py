r"""What is printed has the value of what is meant: formulas are read back from their LaTeX."""

import math
import re

import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from theory.core.printing import latex

VALUES = {"x": 1.25, "y": 0.75, "z": 2.5, "a": 1.5, "b": 0.375}
x, y, z, a, b = (sympy.Symbol(name, positive=True) for name in VALUES)
_TOKEN = re.compile(r"\\[A-Za-z]+|\d+(?:\.\d+)?|[A-Za-z]|\S")
_CLOSING = {"(": ")", "{": "}", "[": "]", r"\lfloor": r"\rfloor", "|": "|"}
_ENDS = tuple(_CLOSING.values())


class Reader:
    """Reads the little LaTeX that formulas without sums and indices print, as numbers."""

    def __init__(self, text):
        text = re.sub(r"\\(left|right)(?![A-Za-z])|\\[,;!]", " ", text)
        self.tokens = _TOKEN.findall(text)

    def value(self):
        number = self.sum()
        assert not self.tokens
        return number

    def next_is(self, *tokens):
        return bool(self.tokens) and self.tokens[0] in tokens

    def sum(self):
        number = 0.0
        sign = 1.0
        while True:
            while self.next_is("+", "-"):
                sign *= -1.0 if self.tokens.pop(0) == "-" else 1.0
            number += sign * self.product()
            if not self.next_is("+", "-"):
                return number
            sign = 1.0

    def product(self):
        number = self.power()
        while self.tokens and (self.opens_bar() or not self.next_is("+", "-", *_ENDS)):
            if self.next_is("/"):
                self.tokens.pop(0)
                number /= self.power()
            else:
                if self.next_is(r"\cdot"):
                    self.tokens.pop(0)
                number *= self.power()
        return number

    def opens_bar(self):
        return self.tokens[:2] == ["|", "{"]

    def power(self):
        number = self.atom()
        while self.next_is("^"):
            self.tokens.pop(0)
            number **= self.group()
        return number

    def group(self):
        return self.between(self.tokens.pop(0))

    def between(self, opening):
        number = self.sum()
        assert self.tokens.pop(0) == _CLOSING[opening]
        return number

    def atom(self):
        token = self.tokens.pop(0)
        if token == r"\frac":
            return self.group() / self.group()
        if token == r"\sqrt":
            return math.sqrt(self.group())
        if token in (r"\log", r"\exp"):
            return getattr(math, token[1:])(self.group())
        if token == r"\lfloor":
            return math.floor(self.between(token))
        if token in _CLOSING:
            number = self.between(token)
            return abs(number) if token == "|" else number
        if token == "e":
            return math.e
        if token == r"\pi":
            return math.pi
        return VALUES[token] if token in VALUES else float(token)


def value(expression):
    return float(expression.subs({s: VALUES[s.name] for s in expression.free_symbols}).evalf(20))


numbers = st.sampled_from([1, 2, 3, -1, sympy.Rational(1, 2), sympy.Rational(-3, 4), sympy.pi])
exponents = st.sampled_from(
    [2, -1, -2, a, -a, 1 - a, sympy.Rational(1, 2), sympy.Rational(-1, 2), sympy.Rational(1, 3)]
)


fractions = st.sampled_from([sympy.Rational(1, 2), sympy.Rational(1, 3), sympy.Rational(-2, 3)])


def larger(inside):
    positive = inside.map(lambda e: e**2 + sympy.Rational(1, 7))
    return st.one_of(
        st.builds(lambda e, f: e + f, inside, inside),
        st.builds(lambda e, f: e * f, inside, inside),
        st.builds(lambda e, f: e / f, inside, positive),
        st.builds(lambda e, f, g: e**f * e**g, positive, exponents, exponents),
        st.builds(lambda e, f: x**e * f * 2**e, inside, positive),
        st.builds(lambda e, f, p: e**p * f**p * y**p / z**p, positive, positive, fractions),
        positive.map(sympy.log),
        inside.map(lambda e: sympy.exp(-e)),
        inside.map(lambda e: sympy.exp(e * sympy.log(x))),
        inside.map(sympy.Abs),
        inside.map(lambda e: sympy.floor(e + sympy.Rational(1, 97))),  # not of an integer
    )


formulas = st.recursive(st.one_of(st.sampled_from([x, y, z, a, b]), numbers), larger, max_leaves=7)


@settings(max_examples=150, deadline=None)
@given(formulas, st.booleans())
def test_a_formula_is_read_back_with_its_value(formula, inline):
    formula = sympy.sympify(formula)
    meant = value(formula)
    printed = latex(formula, inline=inline)
    try:
        read = Reader(printed).value()
    except OverflowError:
        assume(False)
    assume(max(abs(meant), abs(read)) < 1e9)
    assert math.isclose(read, meant, rel_tol=1e-6, abs_tol=1e-6), printed
