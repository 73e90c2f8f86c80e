"""Formulas as LaTeX: they read as in a paper, and a name stands for what it is defined as."""

import sympy
from hypothesis import given
from hypothesis import strategies as st

from theory import ChiPDF, Domain, Equivalent, NormalPDF, Observable, Real
from theory.core.printing import in_words, latex, names_for_words
from theory.core.shorthand import Shorthand, with_names


def test_formulas_read_as_in_a_paper():
    x, y, alpha = sympy.symbols("x y alpha", positive=True)
    k, m = sympy.symbols("k m", integer=True, positive=True)
    q, f = sympy.IndexedBase("q"), sympy.IndexedBase("f")
    delta, h = sympy.KroneckerDelta, sympy.Function("h")
    expected = {
        x ** (1 / alpha - 1): r"x^{1/\alpha - 1}",
        (1 / sympy.zeta(alpha)) ** (1 / alpha): r"\zeta(\alpha)^{- 1/\alpha}",
        x**-alpha / sympy.zeta(alpha): r"\frac{x^{- \alpha}}{\zeta(\alpha)}",
        1 / sympy.sqrt(2 * sympy.pi): r"\frac{1}{\sqrt{2 \pi}}",
        x * (1 - x / y) ** m / y: r"\frac{x}{y} \left(1 - \frac{x}{y}\right)^{m}",
        sympy.gamma(x / 2 + sympy.Rational(1, 2)): r"\Gamma((x + 1)/2)",
        sympy.Sum((1 - delta(k, m)) * q[k] ** 2, (k, 1, m)): r"\sum_{k \neq m}^{m} q_{k}^{2}",
        sympy.Sum(delta(f[k], 3) * q[k], (k, 1, m)): r"\sum_{k \colon f_{k} = 3}^{m} q_{k}",
        sympy.Sum(k, (k, 1, m)) + y: r"y + \sum_{k=1}^{m} k",
        sympy.Sum(x**k * m, (k, 1, 9), (m, 0, 5)): r"\sum_{m=0}^{5} \sum_{k=1}^{9} m x^{k}",
        sympy.sqrt(x)
        * sympy.Sum(k, (k, 1, m))
        * sympy.Sum(k * y, (k, 1, m)): r"\sqrt{x} \left(\sum_{k=1}^{m} k\right) \sum_{k=1}^{m} k y",
        -(x + 1) / y: r"\frac{- x - 1}{y}",
        3 * 2**x: r"3 \cdot 2^{x}",
        sympy.sqrt(y) * q[k] * x: r"\sqrt{y} q_{k} x",
        (1 + x**2) ** (-y / 2) / 2: r"\frac{1}{2} (1 + x^{2})^{- y/2}",
        sympy.exp((sympy.sqrt(x) * y + k * m) / m): r"e^{(k m + \sqrt{x} y)/m}",
        sympy.log((x**2 + sympy.sqrt(x) * y + k * m) / y): (
            r"\log\left(\frac{k m + \sqrt{x} y + x^{2}}{y}\right)"
        ),
        sympy.Sum(1 - delta(k, m), (k, 1, 9)): r"\sum_{k=1}^{9} \mathbf{1}\{k \neq m\}",
        delta(k, m) * x: r"x \mathbf{1}\{k = m\}",
        sympy.Integral(x * sympy.Sum(k, (k, 1, m)), x): r"\int x \sum_{k=1}^{m} k \, dx",
        sympy.factorial(m) ** 2: r"(m!)^{2}",
        sympy.factorial(m - k): "(m - k)!",
        x ** (1 - alpha) * y * x: r"y x^{2 - \alpha}",
        x * sympy.exp(-alpha * sympy.log(x)): r"x^{1 - \alpha}",
        x / (3 * y * (1 + x)) ** sympy.Rational(1, 3): r"\frac{x}{(3 y (x + 1))^{1/3}}",
        2 * 2**x: r"2^{x + 1}",
        (m / 2 - sympy.Rational(1, 2)) * k / y: r"\frac{k (m - 1)}{2 y}",
        (x + 1) ** (1 - alpha) / y: r"\frac{(x + 1)^{1 - \alpha}}{y}",
        x / sympy.E: r"\frac{x}{e}",
        sympy.floor(x / y) ** 2: r"\left\lfloor{\frac{x}{y}}\right\rfloor^{2}",
        abs(x - y): r"|{x - y}|",
        sympy.Max(x, y): r"\max(x, y)",
        sympy.tanh(x) ** 2: r"\tanh(x)^{2}",
        -sympy.Sum(k, (k, 1, m)): r"- \sum_{k=1}^{m} k",
        sympy.Subs(sympy.Derivative(h(x), x), x, 0): r"\left. \frac{d}{d x} h(x) \right|_{x=0}",
        x >= 2 * y: r"x \geq 2 y",
        x - 2 * y >= 0: r"x \geq 2 y",
        sympy.Or(x < 1, sympy.Eq(y, 2)): r"y = 2 \text{ or } x < 1",
        delta(k - m + 2, 2) * x: r"x \mathbf{1}\{k = m\}",
        sympy.Rational(1, 10**8): "10^{-8}",
    }
    assert {e: latex(e) for e in expected} == expected


def test_a_long_sum_is_not_put_below_a_line():
    x, y = sympy.symbols("x y", positive=True)
    long = 1 + sympy.exp(-x) + sum(x**i * y ** (20 - i) for i in range(1, 15))
    assert latex(y / long).endswith(r")^{-1}") and r"\frac" not in latex(1 / long)
    assert latex(sympy.exp(-1 / (1 + x))) == r"e^{- 1/(x + 1)}"
    assert latex(sympy.sqrt(long)).endswith(r")^{1/2}") and latex(1 / sympy.sqrt(long)).endswith(
        r")^{-1/2}"
    )
    assert latex(sum(y**i * x**i for i in range(1, 20)) / y / 3).count(r"\frac") == 1


def test_cases_say_when():
    x = sympy.Symbol("x", positive=True)
    cases = sympy.Piecewise((1, x < 2), (0, True))
    expected = r"\begin{cases} 1 & \text{if } x < 2 \\ 0 & \text{otherwise} \end{cases}"
    assert latex(cases) == expected


def test_an_observable_stands_without_its_own_arguments_only_where_they_are_free():
    k, n = sympy.symbols("k n", integer=True, positive=True)
    t = Real("t", at_least=0)
    loss = Observable("loss", (t,), "L", "loss")
    margin = Observable("margin", (k,), "m", "margin")
    later = Real("t", above=0)
    assert latex(loss(later) ** 2, None, (loss,)) == "L^{2}"  # the same t, of a smaller range
    assert latex(loss(later + 1) ** 2, None, (loss,)) == "(L[t + 1])^{2}"
    assert latex(loss(n / 2), None, (loss,)) == "L[n/2]"
    inside = sympy.Sum(
        margin(sympy.Symbol("k", integer=True)), (sympy.Symbol("k", integer=True), 1, 9)
    )
    assert latex(inside, None, (margin,)) == r"\sum_{k=1}^{9} m[k]"


def test_words_are_printed_with_the_names_of_a_claim():
    length = Shorthand("length", (), "\\ell", "a length", x + 1)
    assert in_words(sympy.log(x + 1)) == r"\log(x + 1)"
    with names_for_words(Domain(), (length,)):
        assert in_words(sympy.log(x + 1)) == r"\log(\ell)"
    assert in_words(sympy.log(x + 1)) == r"\log(x + 1)"


def test_a_bound_variable_that_hides_another_is_renamed():
    k = sympy.Symbol("k", integer=True, positive=True)
    inner = sympy.Sum(k**2, (k, 1, 5))
    outer = sympy.Sum(k * sympy.sin(inner), (k, 1, 9))
    assert r"(k')^{2}" in latex(outer)


# -------------------------------------------------------------------------------- shorthands

r, s, x = sympy.symbols("r s x", positive=True)
g = sympy.Symbol("g", real=True)
d, k, m, n, z = sympy.symbols("d k m n z", integer=True, positive=True)
q, f = sympy.IndexedBase("q"), sympy.IndexedBase("f")
alpha = Real("alpha", above=1, latex=r"\alpha")

DENSITY = Shorthand("density", (g,), r"\varphi(@)", "", NormalPDF(g))
RADIAL = Shorthand("radial", (r,), r"\chi_d(@)", "", ChiPDF(r, d))
ZIPF = Shorthand("zipf", (x,), "p(@)", "", x**-alpha / sympy.zeta(alpha))
WITHIN = sympy.KroneckerDelta(f[k], z) * q[k] ** 2
ENERGY = Shorthand("energy", (z,), "Q_{@}", "", sympy.Sum(WITHIN, (k, 1, n)))
SPREAD = Shorthand(
    "spread", (m,), r"\sigma_{@}", "", sympy.Sum(ENERGY() * (m - z) ** 2, (z, 1, 9)), power=2
)
SHORTHANDS = (DENSITY, RADIAL, ZIPF, ENERGY, SPREAD)


def test_names_stand_for_what_they_are_defined_as():
    p = 1 / sympy.zeta(alpha)
    expected = {
        r * RADIAL(r) * DENSITY(g) * DENSITY(r * s): r"r \varphi(g) \varphi(r s) \chi_d(r)",
        RADIAL(r) * sympy.exp(-(r**2) * s**2 / 2) / 2: r"\frac{\chi_d(r) e^{- r^{2} s^{2}/2}}{2}",
        ZIPF(r) * (1 - ZIPF(r)) ** n: r"p(r) (1 - p(r))^{n}",
        1 / ZIPF(x + 1): r"\frac{1}{p(x + 1)}",
        (-ZIPF(2)) ** k: r"(- p(2))^{k}",
        (p / x) ** (1 / alpha.symbol): r"(x \zeta(\alpha))^{- 1/\alpha}",
        p ** (1 / alpha.symbol): r"\zeta(\alpha)^{- 1/\alpha}",
        ENERGY(f[3]) / sympy.sqrt(ENERGY(z)): r"\frac{Q_{f_{3}}}{\sqrt{Q_{z}}}",
        n / sympy.sqrt(SPREAD(n)): r"\frac{n}{\sigma_{n}}",
        sympy.Sum(ENERGY(z) ** 2, (z, 1, 5)): r"\sum_{z=1}^{5} Q_{z}^{2}",
        SPREAD(2) > 0: r"\sigma_{2}^{2} > 0",
    }
    assert {e: latex(e, Domain(alpha), SHORTHANDS) for e in expected} == expected


def test_a_sum_is_found_whatever_its_variable_is_called():
    inner = ENERGY(n).xreplace({k: m})
    assert latex(inner / (1 + inner), Domain(alpha), SHORTHANDS) == r"\frac{Q_{n}}{Q_{n} + 1}"
    of_itself = sympy.Sum(
        sympy.KroneckerDelta(f[m], m) * q[m] ** 2, (m, 1, n)
    )  # no Q_m: m is bound
    assert "Q" not in latex(of_itself, Domain(alpha), SHORTHANDS)


def test_a_definition_is_found_at_its_own_arguments_only_in_full():
    assert latex(x**-alpha, Domain(alpha), SHORTHANDS) == r"x^{- \alpha}"
    half = sympy.exp(-(g**2) / 2)
    assert "varphi" not in latex(half, None, SHORTHANDS)  # it would leave a root of 2 pi behind
    others = sympy.Sum(q[k] ** 2, (k, 1, n))
    assert "Q" not in latex(others, None, SHORTHANDS)


@given(
    st.lists(st.sampled_from(SHORTHANDS), min_size=1, max_size=3),
    st.lists(st.sampled_from([1, 2, 3]), min_size=3, max_size=3),
    st.lists(st.sampled_from([-1, 1, 2, sympy.Rational(1, 2), -d]), min_size=3, max_size=3),
    st.sampled_from([1, r**2, sympy.sqrt(2), sympy.exp(-r), 1 + r]),
)
def test_a_name_changes_nothing(chosen, arguments, powers, rest):
    factors = [one(at) ** e for one, at, e in zip(chosen, arguments, powers, strict=False)]
    expression = rest + rest * sympy.Mul(*factors)
    named = with_names(expression, SHORTHANDS)
    written = named
    for one in SHORTHANDS:
        head = one.named().func
        written = written.replace(
            head, lambda *at, one=one: one(*at) ** sympy.Rational(1, one.power)
        )
    values = {d: 3, n: 4, r: sympy.Rational(5, 4), alpha.symbol: sympy.Rational(7, 3)}
    arrays = {q[i]: sympy.Rational(i, 3) for i in range(1, 5)} | {f[i]: i for i in range(1, 5)}

    def value(e):
        return complex(e.subs(values).doit().subs(arrays).doit().evalf(30))

    assert abs(value(written) - value(expression)) <= 1e-12 * abs(value(expression))


def test_an_exact_decimal_is_printed_where_a_fraction_could_not_be_read():
    assert latex(sympy.Rational(392704560583, 250000000000)) == "1.570818242332"
    assert latex(sympy.Rational(-123456, 10**6)) == r"- \frac{1929}{15625}"  # small enough
    assert latex(sympy.Rational(10**6 + 1, 3 * 10**6)) == r"\frac{1000001}{3000000}"
    assert latex(sympy.Rational(1, 2**40)) == r"\frac{1}{1099511627776}"


def test_a_derivative_takes_all_of_a_product():
    x, y = sympy.symbols("x y")
    product = sympy.Derivative(sympy.exp(x) * (x + y), x)
    assert latex(product).endswith(r"(e^{x} (x + y))")
    assert latex(sympy.Derivative(sympy.exp(x), x)) == r"\frac{d}{d x} e^{x}"


def test_the_gap_of_an_equivalence_multiplies_all_of_the_right_side():
    n, f = sympy.Symbol("n"), sympy.Function("f")(sympy.Symbol("n"))
    printed = Equivalent(f, n + 1, as_=(n, sympy.oo), order=1).latex(latex)
    assert r"\left(n + 1\right) \left(1 + O(\frac{1}{n})\right)" in printed
    assert "= 1 + O(" in Equivalent(f, sympy.S.One, as_=(n, sympy.oo), order=1).latex(latex)
