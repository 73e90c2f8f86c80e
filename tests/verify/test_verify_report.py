"""The report: nothing of a claim is lost on the way to HTML, and every link leads somewhere."""

import re
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify import made_up
from tests.verify.made_up import a
from theory import (
    ByClaim,
    Derivation,
    Domain,
    ForAll,
    Natural,
    Real,
    Step,
    Vector,
    definition,
    select,
    topics,
)
from theory.core.derivation import DerivationReport
from theory.core.errors import AssayError
from verify.core.document_claim import printed_notes, printed_statement
from verify.core.document_style import STYLE
from verify.core.document_text import plain
from verify.core.verdict import Decision, How, Verdict
from verify.report.axes import Axis, printed, sign_of
from verify.report.dependencies import Dependencies
from verify.report.drawings import drawing
from verify.report.evidence import curves_of, ladders_of, marks_of, shares_of
from verify.report.hypotheses import hypotheses
from verify.report.site import write_report
from verify.report.texts import formula, html

claim = partial(made_up.claim, title='A "square" & <more>', says="Of a <positive> sum.")


def verdict(predicted="4", measured="4.5", finding="agrees", how=How.EXACT, detail=None, **changes):
    result = {"point": {"a": 1.0}, "finding": finding, "predicted": predicted}
    result |= {"measured": measured, "samples": 3, "strain": 0.5, "tightness": None, "reason": ""}
    if detail is not None:
        result["detail"] = detail
    fields = {
        "id": "made-up.thing",
        "verdict": Decision.CONFIRMED,
        "how": how,
        "resolution": 1e-3,
        "error_probability": 0.0,
        "points": 1,
        "samples": 0,
        "seconds": 1.0,
        "derivation": {"proved": 2},
        "evidence": (result,),
    }
    return Verdict(**{**fields, **changes})


# ---------------------------------------------------------------------------------- texts


class Words(HTMLParser):
    """The text of a page, its links, and whether every tag is closed."""

    def __init__(self, page):
        super().__init__()
        self.text, self.links, self.ids, self.open = [], [], set(), []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given[name] for name in ("href", "src") if name in given]
        if "id" in given:
            self.ids.add(given["id"])
        if tag not in ("meta", "link", "br", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        if tag != self.open[-1] and self.open[-1] in ("p", "li", "option"):
            self.open.pop()  # may be left out
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


@given(printable)
def test_plain_words_arrive_as_they_are(words):
    shown = "".join(Words(str(html(plain(words)))).text).replace("\u200b", "")
    expected = " ".join(words.split()).replace("'", "’")
    assert shown.replace("'", "’") == expected


def test_commands_become_tags():
    assert html(r"\emph{a} \textbf{b\&c} \texttt{d}") == (
        "<em>a</em> <strong>b&amp;c</strong> <code>d</code>"
    )
    assert html("one--two~three") == "one–two\u00a0three"
    assert html(r"claim~\ref{assay:x.y}", {"x.y": "x.y.html"}) == (
        'claim\u00a0<a href="x.y.html"><code>x.y</code></a>'
    )
    assert html(r"\assaycite{key}{Doe (2020)}") == "Doe (2020)"
    assert html(r"$-0.5$, $2 \times 10^{-7}$") == "−0.5, 2 × 10<sup>−7</sup>"
    assert html(r"\ensuremath{\le} $10^{3}$") == "≤ 10<sup>3</sup>"


def test_no_line_begins_with_a_full_stop():
    x = formula("x")
    assert html("of $x$. Then ($x$)") == (
        f'of <span class="whole">{x}.</span> Then '
        f'<span class="whole"><span class="whole">({x}</span>)</span>'
    )


@pytest.mark.parametrize("text", [r"\unknown{a}", "{a", r"\emph a"])
def test_what_is_not_known_is_an_error(text):
    with pytest.raises(AssayError):
        html(text)


def test_displays_have_a_line_for_each_line():
    shown = html("\\begin{align*}\n  a & = b \\\\\n  & \\le \\frac{1}{c}\n\\end{align*}")
    assert shown.count('class="row"') == 2
    assert "<mfrac>" in shown
    assert html("\\[\n  x = 1.\n\\]").count("<math") == 1


def test_similar_is_a_relation_sign():
    assert "<mo>∼</mo>" in formula(r"a \sim b")


@pytest.mark.parametrize("topic", topics())
def test_statements_and_sources_of_the_catalogue_become_html(topic):
    for one in select([topic])[::9]:
        page = html("\n".join([printed_statement(one), *printed_notes(one, None, {})]))
        words = "".join(Words(str(page)).text)
        assert "\\" not in words, one.id
        assert "$" not in words, one.id


# ------------------------------------------------------------------------------- evidence


def only(marks):
    (mark,) = marks
    return mark


def test_the_bar_of_an_equality_is_the_resolution():
    mark = only(marks_of(verdict("[4.0 +/- 1e-9]", "[4.001 +/- 2e-9]", absolute=True)))
    assert mark.allowed == pytest.approx((3.999, 4.001))
    assert mark.measured == pytest.approx((4.001 - 2e-9, 4.001, 4.001 + 2e-9))
    relative = only(marks_of(verdict("[4.0 +/- 1e-9]", "[4.001 +/- 2e-9]")))
    assert relative.allowed == pytest.approx((4 - 4.001e-3, 4 + 4.001e-3))


@pytest.mark.parametrize(
    ("predicted", "allowed"),
    [("<= 4", (float("-inf"), 4.001)), (">= 4", (3.999, float("inf")))],
)
def test_the_bar_of_a_bound_goes_on(predicted, allowed):
    mark = only(marks_of(verdict(predicted, "3.9995", absolute=True)))
    assert mark.allowed == pytest.approx(allowed)
    words = "at most" if predicted == "<= 4" else "at least"
    assert f"claimed: {words} 4" in drawing(verdict(predicted, "3"))


values = st.floats(allow_nan=True, allow_infinity=True)


@given(values, st.floats(0, 1e300), values, st.sampled_from(["", "<= ", ">= "]), st.booleans())
def test_whatever_was_measured_can_be_drawn(claimed, radius, measured, sense, absolute):
    ball = f"[{claimed!r} +/- {radius!r}]"
    for predicted in (ball, repr(claimed)):
        seen = verdict(f"{sense}{predicted}", repr(measured), resolution=0.0, absolute=absolute)
        picture = drawing(seen)
        assert "nan" not in picture and "inf" not in re.sub('"in(side|finity)?"', "", picture)


def test_shares_of_seeds_and_of_trials_have_their_intervals():
    seeds = "in 34 of 40 pairs of seeds (99% interval 0.654 to 0.96); medians 1.3, 2.5"
    seen = verdict("lower in a", seeds, how=How.TRAINED)
    share = only(shares_of(seen))
    assert (share.seen, share.pairs, share.interval) == (34, 40, (0.654, 0.96))
    assert "34 of 40" in drawing(seen) and "share of pairs of seeds" in drawing(seen)
    counted = verdict("= 0.5", "48 of 100 (interval 0.38 to 0.58)", how=How.STATISTICAL)
    assert only(marks_of(counted)).measured == (0.38, 0.48, 0.58)


@pytest.mark.parametrize("measured", ["1058 inputs tried", "", "1 of several 2", "nan", "inf"])
def test_what_is_no_number_is_not_drawn_and_the_page_says_so(measured):
    assert marks_of(verdict("holds", measured)) == []
    assert drawing(verdict("holds", measured)).startswith("<p>No plot:")
    assert "every input" in drawing(verdict("holds", measured, how=How.EXHAUSTIVE))
    assert drawing(verdict(evidence=())) == ""


def test_rates_are_drawn_along_their_ladders():
    detail = {"n": [10, 100, 1000, None], "ratio": [1.5, 1.05, 1.005, 1.0]}
    seen = verdict("ratio 1", "ratio 1.005 at 1000", how=How.RATE, detail=detail)
    ladder = only(ladders_of(seen))
    assert (ladder.sizes, ladder.slopes) == ((10, 100, 1000), False)
    picture = drawing(seen, "alpha")
    assert "α, logarithmic" in picture and "ratio of the sides" in picture
    assert "claimed: 1" in picture and "within the resolution, 0.001" in picture
    slopes = {"n": [10, 1000], "slopes": [-0.5]}
    seen = verdict("-0.5", "-0.5", how=How.RATE, detail=slopes)
    assert only(ladders_of(seen)).sizes == (100,)
    assert "local exponent" in drawing(seen)


def along(**parameters):
    """A verdict with a point for each value of the only parameter that is a sequence."""
    ((name, values),) = ((k, v) for k, v in parameters.items() if isinstance(v, tuple))
    (result,) = verdict("<= 4", "3").evidence
    evidence = tuple({**result, "point": {**parameters, name: value}} for value in values)
    return verdict(evidence=evidence)


def test_points_along_one_parameter_are_drawn_as_a_curve():
    seen = along(p1=(1, 2, 4, 300), kind="x")
    curve = only(curves_of(seen, marks_of(seen)))
    assert [at for at, _ in curve.marks] == [1, 2, 4, 300]
    assert "p₁, logarithmic" in drawing(seen) and "claimed: at most" in drawing(seen)
    several = replace(seen, evidence=seen.evidence + along(p1=(1, 2, 4, 9), kind="y").evidence)
    assert len(curves_of(several, marks_of(several))) == 2
    few = along(p1=(1, 2, 4), kind="x")
    assert curves_of(few, marks_of(few)) == []
    assert "claimed: at most 4" in drawing(few)  # row by row, as the claim is always the same


def test_bounds_on_both_sides_say_which_side_each_row_allows():
    (low,), (high,) = verdict(">= 4", "5").evidence, verdict("<= 6", "5").evidence
    picture = drawing(verdict(evidence=(low, high)))
    assert "what each row allows" in picture and "the bound" in picture
    assert "what each row allows" not in drawing(verdict(evidence=(low, low)))


def test_names_in_a_drawing_are_escaped():
    assert "<b" not in drawing(along(**{'"<b>': (1, 2, 3, 4)}))
    assert '="<' not in drawing(along(**{'"<b>': (1, 2, 3, 4)}))


@given(st.lists(st.tuples(*[st.floats(-1e9, 1e9)] * 2), min_size=1, max_size=30), st.booleans())
def test_nothing_is_drawn_beside_the_drawing(pairs, bound):
    (result,) = verdict().evidence
    sense = "<= " if bound else ""
    evidence = tuple(
        {**result, "predicted": f"{sense}{a!r}", "measured": repr(b)} for a, b in pairs
    )
    picture = drawing(verdict(evidence=evidence))
    places = re.findall(r' c?([xy])="([-\d.]+)"', picture)
    assert places
    assert all(0 <= float(at) <= (380 if axis == "x" else 290) for axis, at in places)


@given(st.floats(1e-9, 1e9), st.floats(1.001, 1e9), st.booleans())
def test_an_axis_has_a_few_ticks_between_its_ends(low, factor, logarithmic):
    axis = Axis.over([low, low * factor], 0, 100, logarithmic)
    ticks = axis.ticks()
    assert 2 <= len(ticks) <= 8
    assert all(axis.low * (1 - 1e-9) <= value <= axis.high * (1 + 1e-9) for value, _ in ticks)
    places = [axis.place(value) for value, _ in ticks]
    assert places == sorted(places) and len({text for _, text in ticks}) == len(ticks)


def test_ticks_and_names_print_as_in_print():
    shown = [printed(value) for value in (0.0, 0.02, 5000.0, 1e-7, 2e6, -3e-5)]
    assert shown == ["0", "0.02", "5000", "10⁻⁷", "2×10⁶", "−3×10⁻⁵"]
    assert [sign_of(name) for name in ("kappa", "p1", "eta_0", "N", "two_words")] == [
        *("κ", "p₁", "η₀", "N", "two_words")
    ]


def test_a_dot_outside_of_its_bar_is_marked():
    assert 'class="outside"' in drawing(verdict("4", "5", "contradicts"))
    assert 'class="inside"' in drawing(verdict("4", "4.0001"))


# ----------------------------------------------------------------------------- hypotheses


def test_hypotheses_tell_where_they_were_tried():
    domain = Domain(a, Natural("n"), where=(a < 9,), remarks=("All is \\emph{well} with $n$",))
    one = claim(domain=domain)
    seen = along(a=(1.0, 2.5, "1/2"), n=(3))
    found = hypotheses(one, seen, {})
    assert [row.tried for row in found.parameters] == ["0.5, 1, 2.5", "3"]
    assert found.parameters[0].meaning == "a positive number"
    assert "<em>well</em>" in only(found.words) and "<math" in only(found.conditions)
    many = hypotheses(one, along(a=tuple(range(1, 20)), n=3), {})
    assert many.parameters[0].tried == "1 to 19 (19 values)"
    assert [row.tried for row in hypotheses(one, None, {}).parameters] == ["", ""]


def test_vectors_tell_how_many_and_how_far():
    domain = Domain(Natural("n"), Vector("v", 2, Real("x")))
    seen = along(v=([0.0, 1.0], [-2.0, 0.25]), n=3)
    rows = hypotheses(claim(domain=Domain(a, *domain.parameters)), seen, {}).parameters
    assert rows[2].tried == "2 different, entries −2 to 1"


# ----------------------------------------------------------------------------- derivation


def test_a_derivation_is_stored_with_its_verdict():
    one = claim()
    report = one.derivation_report()
    assert DerivationReport.restored(report.stored()) == report
    held = verdict(steps=tuple(report.stored()))
    assert Verdict.restored(held.stored()).report(one) == report
    assert "steps" not in held.as_json()
    # a claim whose derivation has changed is checked again
    assert held.report(claim(derivation=Derivation())).steps == ()


# --------------------------------------------------------------------------- dependencies


def test_what_would_fall_is_everything_above():
    first = claim("first")
    second = claim("second", uses=("made-up.first", "elsewhere.claim"))
    third = claim("third", uses=("made-up.second",))
    graph = Dependencies([first, second, third])
    assert graph.rests_on("made-up.second") == ("made-up.first",)
    assert graph.would_fall("made-up.first") == ("made-up.second", "made-up.third")
    assert graph.grounds_of("made-up.third") == ("made-up.first", "made-up.second")
    assert graph.would_fall("made-up.third") == ()


# ----------------------------------------------------------------------------------- site

BROKEN = ForAll("number", r"it is $a < b$ \& more", holds=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    first = claim("first")
    claims = [
        first,
        claim(
            "second",
            derivation=Derivation(
                Step((a + 1) ** 2, by=definition), Step(a**2 + 2 * a + 1, by=ByClaim(first))
            ),
        ),
        claim("third", statement=BROKEN, observables=(), derivation=Derivation()),
    ]
    found = {"program": "print('<b>')", "point": {"a": 1}, "predicted": "4", "measured": "5"}
    verdicts = {
        "made-up.first": verdict(),
        "made-up.second": replace(
            verdict(), verdict=Decision.REFUTED, counterexample=found, reason="4 is not 5"
        ),
    }
    mutants = {
        "made-up.first": [
            {"claim": "made-up.first", "mutant": "<half>", "outcome": "killed", "reason": "4 > 2"},
            {"claim": "made-up.first", "mutant": "x", "outcome": "survived", "reason": ""},
            {
                "claim": "made-up.first",
                "mutant": "y",
                "outcome": "killed",
                "reason": "fails on {'p1': 0.5, 'step': (Fraction(1, 2),)}; [4.0 +/- 1e-9] > 2",
            },
        ]
    }
    written = list(write_report(claims, verdicts, mutants, folder, "made by a test", "--seed 7"))
    assert written == [one.id for one in claims]
    return folder


def test_every_link_leads_somewhere_in_the_folder(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 6
    read = {page: Words(page.read_text(encoding="utf-8")) for page in pages}
    for page, words in read.items():
        for link in words.links:
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            assert not parts.scheme and not parts.netloc, link
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.is_file(), (page.name, link)
            anchor = parts.fragment and target.name not in ("graph.html", "index.html")
            assert not anchor or parts.fragment in read[target].ids, link


def test_pages_hold_what_is_known(site):
    first = (site / "claims" / "made-up.first.html").read_text(encoding="utf-8")
    assert "A &#34;square&#34; &amp; &lt;more&gt;" in first
    assert "&lt;half&gt;" in first and "unexplained" in first
    assert "fails on p1 = 0.5, step = (1/2); 4 &gt; 2" in first
    assert "assay refute made-up.first --seed 7" in first
    assert 'href="../assets/assay.sty"' in first
    assert (site / "assets" / "assay.sty").read_text(encoding="utf-8") == STYLE
    assert "Of a &lt;positive&gt; sum." in first
    assert 'href="made-up.second.html"' in first  # would fall
    second = (site / "claims" / "made-up.second.html").read_text(encoding="utf-8")
    assert "print(&#39;&lt;b&gt;&#39;)" in second and "REFUTED" in second
    third = (site / "claims" / "made-up.third.html").read_text(encoding="utf-8")
    assert "Not judged" in third and "No derivation is given" in third
    findings = (site / "findings.html").read_text(encoding="utf-8")
    assert "Refuted or not decided (1)" in findings and "Sharper than the source (3)" in findings
    assert re.search(
        r"1 confirmed.*1 refuted.*1 not judged",
        " ".join((site / "index.html").read_text(encoding="utf-8").split()),
    )


def test_no_claims_and_a_folder_that_is_a_file_are_errors(tmp_path):
    with pytest.raises(AssayError, match="no claims"):
        list(write_report([], {}, {}, tmp_path, ""))
    (tmp_path / "file").write_text("")
    with pytest.raises(AssayError, match="cannot write"):
        list(write_report([claim()], {}, {}, tmp_path / "file", ""))
