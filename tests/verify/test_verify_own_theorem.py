"""A user's own file: loaded, judged, searched for a counterexample, reported as JUnit XML."""

import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given

import theory
from theory import AssayError, CatalogueError
from theory.core import catalogue
from verify import assert_claim
from verify.core.check import registered
from verify.core.judge import judge
from verify.core.junit import write_junit
from verify.core.registry import check_of
from verify.core.search import refute
from verify.core.userfile import claims_of_file
from verify.strategies import points

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "coupons.py"


@pytest.fixture(scope="module")
def claims():
    return {claim.id: claim for claim in claims_of_file(EXAMPLE)}


@pytest.fixture(scope="module")
def verdicts(claims):
    return {name: judge(claim, registered(claim)) for name, claim in claims.items()}


def test_the_worked_example_comes_out_as_it_says(verdicts):
    outcomes = {name: str(verdict.verdict) for name, verdict in verdicts.items()}
    assert outcomes == {
        "coupons.missing-probability": "confirmed",
        "coupons.upper-bound": "confirmed",
        "coupons.too-good": "refuted",
    }


def test_a_search_finds_the_simplest_counterexample(claims):
    claim = claims["coupons.too-good"]
    found = refute(claim, registered(claim))
    assert found.verdict is not None
    assert found.verdict.counterexample["point"] == {"n": 2, "m": 1}


def test_a_search_for_what_is_true_ends_with_the_worst_point(claims):
    claim = claims["coupons.upper-bound"]
    found = refute(claim, registered(claim), examples=30)
    assert found.verdict is None
    assert found.points >= 30
    assert found.strain == pytest.approx(1)  # with no draw the bound is attained


def test_a_check_that_draws_its_points_is_searched_by_drawing():
    claim = catalogue.find("assoc-scaling.model")
    found = refute(claim, check_of(claim), examples=5)
    assert found.verdict is None
    assert found.points == 5


def test_no_point_refutes_a_limit():
    claim = catalogue.find("assoc-scaling.finite-data-rate")
    with pytest.raises(AssayError, match="about a limit"):
        refute(claim, check_of(claim))


def test_assert_claim_fails_with_the_counterexample(claims):
    assert assert_claim(claims["coupons.upper-bound"]).points == 16
    with pytest.raises(AssertionError, match=r"(?s)coupons.too-good is refuted.*measure\("):
        assert_claim(f"{EXAMPLE}::coupons.too-good")


@given(point=points(claims_of_file(EXAMPLE)[1].domain))
def test_strategies_draw_points_of_the_domain(point):
    """As a user's own property-based test would, without the judging."""
    assert (1 - 1 / point["n"]) ** point["m"] <= math.exp(-point["m"] / point["n"]) + 1e-15


def test_junit_counts_what_is_not_confirmed(verdicts, tmp_path):
    path = tmp_path / "report.xml"
    write_junit(list(verdicts.values()), path)
    suite = ElementTree.parse(path).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "0")
    (failure,) = suite.iter("failure")
    assert "measure" in failure.text


@pytest.mark.parametrize(
    "text, message",
    [
        ("1 / 0", r"own\.py, line 1: ZeroDivisionError"),
        ("x = 1", "defines no claim"),
        ("import no_such_module_here", r"line 1: ModuleNotFoundError"),
        ("def broken(:\n", "SyntaxError"),
        (
            "from theory import *\n"
            "from theory import Claim, Identity, Domain, Source, Seen, Standing\n"
            "c = Claim(id='x', title='', says='', statement=Identity(1, 1), domain=Domain(),\n"
            "  source=Source(None, '', Seen.NOTHING, Standing.DERIVED_HERE))\n",
            "not of the form topic.short-name",
        ),
        (
            "from theory import Claim, Identity, Domain, Source, Seen, Standing\n"
            "c = Claim(id='assoc-scaling.mine', title='', says='', statement=Identity(1, 1),\n"
            "  domain=Domain(), source=Source(None, '', Seen.NOTHING, Standing.DERIVED_HERE))\n",
            "topic of the catalogue",
        ),
    ],
)
def test_a_bad_file_gets_one_clear_line(tmp_path, text, message):
    path = tmp_path / "own.py"
    path.write_text(text)
    with pytest.raises(CatalogueError, match=message) as caught:
        claims_of_file(path)
    assert "\n" not in str(caught.value)


def test_a_refused_file_leaves_nothing_behind(tmp_path):
    path = tmp_path / "own.py"
    text = (EXAMPLE.parent / "wilson.py").read_text(encoding="utf-8")
    path.write_text(text.replace('"wilson.', '"assoc-scaling.'))
    for _ in range(2):
        with pytest.raises(CatalogueError, match="uses the topic of the catalogue"):
            claims_of_file(path)
    path.write_text("import sys\nsys.exit(1)\n")
    with pytest.raises(CatalogueError, match="ended Python"):
        claims_of_file(path)


APPLIED = """
from sympy import log
from theory import *
from theory.rules import Certified

source = Source(None, "own work", Seen.NOTHING, Standing.DERIVED_HERE)
u, x = Real("u", above=0), Real("x", at_least=0)
bare = Claim(id="own.bare", title="", says="", statement=Bound(log(u), "<=", u - 1),
             domain=Domain(u), source=source)
certified = Claim(id="own.certified", title="", says="", statement=Bound(log(1 + x), "<=", x),
                  domain=Domain(x), source=source,
                  derivation=Derivation(Step(log(1 + x), by=definition),
                                        Step(x, by=Certified("<="))))


def applying(name, claim, at, before, after):
    return Claim(id=name, title="", says="", statement=Bound(before, "<=", after),
                 domain=Domain(x), source=source,
                 derivation=Derivation(Step(before, by=definition),
                                       Step(after, by=ByClaim(claim, at))))


rests_on_nothing = applying("own.one", bare, {u: 1 + x}, log(1 + x), x)
rests_on_boxes = applying("own.two", certified, {x: x**2}, log(1 + x**2), x**2)
"""


def test_a_claim_is_applied_by_its_derivation_and_not_by_its_verdict(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(APPLIED)
    claims = {claim.id: claim for claim in claims_of_file(path)}
    step = claims["own.one"].derivation_report().steps[1]
    assert (str(step.status), step.reason) == (
        "undecided",
        "own.bare has no derivation of its own to rest on",
    )
    assert str(claims["own.two"].derivation_report().steps[1].status) == "certified"


def test_the_rules_of_the_tutorial_can_be_imported():
    page = (EXAMPLE.parents[1] / "own-theorem.md").read_text(encoding="utf-8")
    table = page.partition("## Which rule?")[2].partition("##")[0]
    names = set(re.findall(r"`([A-Z]\w+)\(", table))
    assert len(names) > 15
    assert names <= {*theory.__all__, *theory.rules.__all__}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CatalogueError, match="there is no file"):
        claims_of_file(tmp_path / "none.py")
