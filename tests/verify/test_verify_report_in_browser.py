"""The report in a real browser: filters, search, keyboard, links, contrast, nothing too wide."""

import itertools
import shutil
from urllib.parse import unquote

import pytest

from tests.verify.test_verify_report import along, verdict
from theory import select
from verify.core.verdict import How
from verify.report.site import write_report

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"
)
SOME = "iteration-head.construct-layer2-*"
CHOSEN = "iteration-head.construct-layer2-weight"
MUTANTS = [{"mutant": "half", "outcome": "killed", "reason": "[4.0 +/- 1e-9] is not <= 2"}]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    claims = select([SOME])
    ids = [claim.id for claim in claims]
    ladder = {"n": [10, 100, 1000], "ratio": [1.5, 1.05, 1.005]}
    seen = [
        verdict("<= 4", "[3.0 +/- 1e-9]"),
        verdict("ratio 1", "ratio 1.005 at 1000", how=How.RATE, detail=ladder),
        verdict("lower", "in 34 of 40 pairs of seeds (99% interval 0.65 to 0.96)", how=How.TRAINED),
    ]
    verdicts = {CHOSEN: along(t=(1, 2, 4, 300), kind="x")} | dict(
        zip([one for one in ids if one != CHOSEN], seen, strict=False)
    )
    list(write_report(claims, verdicts, {CHOSEN: MUTANTS}, folder, "made by a test"))
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        f"user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser, site):
    def go(page):
        path, mark, anchor = page.partition("#")
        browser.get("about:blank")
        browser.get((site / path).as_uri() + mark + anchor)
        return browser

    yield go
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def shown(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('#claims tbody tr')]"
        ".filter(row => row.checkVisibility()).map(row => row.querySelector('code').textContent)"
    )


def wait(browser, milliseconds=50):
    browser.execute_async_script("setTimeout(arguments[1], arguments[0])", milliseconds)


def press(browser, *keys):
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(*keys).perform()


def choose(browser, field, value):
    browser.execute_script(
        "const s = document.querySelector(`select[name=${arguments[0]}]`); s.value = arguments[1];"
        "s.dispatchEvent(new Event('input', {bubbles: true}))",
        *(field, value),
    )


def test_search_and_filters_leave_what_fits_and_stay_in_the_address(opened):
    claims = select([SOME])
    browser = opened("index.html")
    everything = shown(browser)
    assert len(everything) == len(claims)
    press(browser, "/", "layer2 weight")
    assert shown(browser) == [
        claim.id
        for claim in claims
        if all(
            word in f"{claim.title} {claim.id} {claim.says}".lower()
            for word in ("layer2", "weight")
        )
    ]
    assert CHOSEN in shown(browser) and shown(browser) != everything
    assert "words=layer2" in browser.current_url
    browser.find_element("css selector", "button[type=reset]").click()
    wait(browser)
    assert shown(browser) == everything
    kinds = {claim.id: claim.kind for claim in claims}
    choose(browser, "kind", kinds[CHOSEN])
    fit = [one for one in everything if kinds[one] == kinds[CHOSEN]]
    assert shown(browser) == fit != everything
    # the choices of another field count what is left
    counts = browser.execute_script(
        "return [...document.querySelector('select[name=verdict]').options].slice(1)"
        ".map(o => Number(o.textContent.match(/\\((\\d+)\\)$/)[1]))"
    )
    assert sum(counts) == len(fit)
    choose(browser, "kind", "")
    choose(browser, "verdict", "confirmed")
    assert len(shown(browser)) == 4 and CHOSEN in shown(browser)
    browser = opened("index.html#words=nothing-has-this-name")
    assert shown(browser) == []
    assert "nothing fits" in browser.find_element("id", "count").text


def test_the_graph_draws_the_neighbourhood_of_a_claim(opened):
    browser = opened(f"graph.html#{CHOSEN}")
    drawn = browser.find_elements("css selector", "#drawing svg a")
    around = [one for one in select([SOME]) if CHOSEN in one.uses]
    assert len(drawn) >= 1 + len(around) > 1
    others = [one for one in drawn if "chosen" not in (one.get_attribute("class") or "")]
    title = browser.find_element("id", "chosen").text
    browser.execute_script("arguments[0].dispatchEvent(new MouseEvent('click'))", others[0])
    wait(browser, 100)
    assert browser.find_element("id", "chosen").text != title
    assert "no claim" in opened("graph.html#nobody").find_element("id", "chosen").text


def test_the_whole_graph_is_walked_with_the_arrow_keys(opened):
    from selenium.webdriver.common.keys import Keys

    browser = opened("graph.html")
    dots = browser.find_elements("css selector", "#whole-drawing a")
    assert len(dots) == len(select([SOME]))
    stops = "return document.querySelectorAll('#whole-drawing a[tabindex=\"0\"]').length"
    assert browser.execute_script(stops) == 1
    browser.execute_script("document.querySelector('#whole-drawing a[tabindex=\"0\"]').focus()")
    first = browser.find_element("id", "pointed").text
    assert "would fall with it" in first
    press(browser, Keys.ARROW_DOWN)
    assert browser.find_element("id", "pointed").text != first
    assert browser.execute_script(stops) == 1
    press(browser, Keys.ENTER)
    wait(browser)
    focused = browser.execute_script("return document.activeElement.getAttribute('href')")
    assert browser.current_url.endswith(focused)
    assert browser.find_elements("css selector", "#drawing svg a")


PAGES = ("index.html", "findings.html", f"graph.html#{CHOSEN}", f"claims/{CHOSEN}.html")

CONTRASTS = """
const linear = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const light = (c) => {
  const [r, g, b] = c.map((v) => linear(v / 255));
  return .2126 * r + .7152 * g + .0722 * b;
};
const colour = (text) => text.match(/[\\d.]+/g).map(Number);
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const c = colour(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
  }
};
const poor = new Set();
for (const e of document.querySelectorAll("body *")) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own || !e.checkVisibility()) continue;
  const style = getComputedStyle(e);
  const ink = light(colour(e.closest("svg") ? style.fill : style.color).slice(0, 3));
  const paper = light(behind(e));
  const ratio = (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
  const style_of = e.className.baseVal ?? e.className;
  if (ratio < 4.5) poor.add(`${e.tagName} ${style_of} ${ratio.toFixed(2)}`);
}
return [...poor];
"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_too_wide_or_too_faint(opened, browser, width, scheme):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    for page in PAGES:
        opened(page)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, page
        assert browser.execute_script(CONTRASTS) == [], page
        ink, paper = browser.execute_script(
            "const s = getComputedStyle(document.documentElement);"
            "return [s.color, s.backgroundColor].map("
            "c => c.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b))"
        )
        assert (ink < paper) == (scheme == "light")


def test_every_page_says_what_is_where(opened, site):
    for path in sorted(site.rglob("*.html")):
        browser = opened(str(path.relative_to(site)))
        levels, unnamed, elsewhere, raw = browser.execute_script(
            """
            const all = (css) => [...document.querySelectorAll(css)];
            const named = (e) => (e.getAttribute("aria-label") || e.labels?.[0]?.textContent
              || e.textContent).trim();
            const text = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const raw = [];
            while (text.nextNode()) {
              const node = text.currentNode;
              if (node.parentElement.closest("code, script, datalist, mo")) continue;
              if (/\\\\[a-zA-Z]+|\\$|Symbol\\(|\\bNone\\b|\\bnan\\b|\\{'/.test(node.textContent))
                raw.push(node.textContent);
            }
            return [
              all("h1, h2, h3, h4").filter((e) => e.checkVisibility())
                .map((e) => Number(e.tagName[1])),
              all("a, button, input, select, svg[role]").filter((e) => !named(e))
                .map((e) => e.outerHTML),
              performance.getEntriesByType("resource").map((e) => e.name)
                .filter((name) => !name.startsWith("file:") && !name.startsWith("data:")),
              raw,
            ]"""
        )
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert (unnamed, elsewhere, raw) == ([], [], []), path.name
        assert browser.title.endswith(" · Assay") and len(browser.title) > 8
        for landmark in ("header nav", "main", "footer", "html[lang=en]"):
            assert len(browser.find_elements("css selector", landmark)) == 1


def test_a_claim_is_read_copied_and_printed(opened, site):
    from selenium.webdriver.common.keys import Keys

    browser = opened(f"claims/{CHOSEN}.html")
    high = browser.execute_script(
        "return Math.max(...[...document.querySelectorAll('mfrac, munderover, msup')]"
        ".map(m => m.getBoundingClientRect().height))"
    )
    assert high > 15
    assert len(browser.find_elements("css selector", ".evidence svg")) == 2
    # the first stop of the keyboard skips to the text, and is seen
    press(browser, Keys.TAB)
    skip = browser.switch_to.active_element
    assert skip.text == "Skip to the text" and skip.rect["x"] >= 0
    assert skip.value_of_css_property("outline-style") == "solid"
    press(browser, Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    # without a clipboard the text is at least selected
    browser.execute_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    button = browser.find_elements("css selector", "[data-copy]")[-1]
    button.send_keys(Keys.ENTER)
    wait(browser)
    assert button.text in ("Copied", "Selected")
    assert "begin{theorem}" in browser.execute_script("return getSelection().toString()")
    # every link leads to a page with a title
    for link in browser.execute_script(
        "return [...document.querySelectorAll('main a, nav a')].map(a => a.href)"
    ):
        assert (site / unquote(link.partition("#")[0]).removeprefix(f"{site.as_uri()}/")).is_file()
    # on paper nothing is left to click, and nothing is cut off
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    left, cut = browser.execute_script(
        "const all = (css, fits) => [...document.querySelectorAll(css)].filter(fits).length;"
        "return [all('header, button, form', e => e.checkVisibility()),"
        " all('pre', e => e.scrollWidth > e.clientWidth + 1)]"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert (left, cut) == (0, 0)


def test_a_slash_on_the_page_of_a_claim_goes_to_the_search(opened):
    browser = opened(f"claims/{CHOSEN}.html")
    press(browser, "/")
    wait(browser, 300)
    assert browser.current_url.endswith("index.html#search")
    assert browser.switch_to.active_element.get_attribute("name") == "words"
