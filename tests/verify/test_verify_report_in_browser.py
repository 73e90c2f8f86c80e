"""The report in a real browser: filters, search, links, no errors, nothing wider than it."""

import shutil

import pytest

from theory import select
from verify.report.site import write_report

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"
)
SOME = "iteration-head.construct-layer*"
CHOSEN = "iteration-head.construct-layer2-weight"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    list(write_report(select([SOME]), {}, {}, folder, "made by a test"))
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
        browser.get("about:blank")
        browser.get((site / page.partition("#")[0]).as_uri() + page[len(page.partition("#")[0]) :])
        return browser

    yield go
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def shown(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('#claims tbody tr')]"
        ".filter(row => row.checkVisibility()).map(row => row.querySelector('code').textContent)"
    )


def test_search_and_filters_leave_what_fits_and_stay_in_the_address(opened):
    browser = opened("index.html")
    everything = shown(browser)
    assert len(everything) == len(select([SOME]))
    browser.find_element("name", "words").send_keys("layer2 weight")
    assert shown(browser) == [CHOSEN]
    assert "words=layer2" in browser.current_url
    browser.find_element("css selector", "button[type=reset]").click()
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    assert shown(browser) == everything
    browser.execute_script(
        "const s = document.querySelector('select[name=kind]'); s.value = 'identity';"
        "s.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    kinds = {claim.id: claim.kind for claim in select([SOME])}
    assert shown(browser) == [one for one in everything if kinds[one] == "identity"]
    browser = opened("index.html#words=nothing-has-this-name")
    assert shown(browser) == []
    assert browser.find_element("id", "count").text.startswith("0 of")


def test_the_graph_draws_the_neighbourhood_of_a_claim(opened):
    browser = opened(f"graph.html#{CHOSEN}")
    drawn = browser.find_elements("css selector", "#drawing svg a")
    around = [one for one in select([SOME]) if CHOSEN in one.uses]
    assert len(drawn) >= 1 + len(around) > 1
    others = [one for one in drawn if "chosen" not in (one.get_attribute("class") or "")]
    title = browser.find_element("id", "chosen").text
    browser.execute_script("arguments[0].dispatchEvent(new MouseEvent('click'))", others[0])
    browser.execute_async_script("setTimeout(arguments[0], 100)")
    assert browser.find_element("id", "chosen").text != title
    assert "no claim" in opened("graph.html#nobody").find_element("id", "chosen").text


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_the_screen(opened, site, width, scheme):
    for page in ("index.html", "findings.html", f"graph.html#{CHOSEN}", f"claims/{CHOSEN}.html"):
        browser = opened(page)
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, page
        ink, paper = browser.execute_script(
            "const s = getComputedStyle(document.documentElement);"
            "return [s.color, s.backgroundColor].map("
            "c => c.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b))"
        )
        assert (ink < 200 and paper > 600) if scheme == "light" else (ink > 600 and paper < 200)


def test_a_formula_is_typeset_and_everything_is_reached_by_keyboard(opened):
    browser = opened(f"claims/{CHOSEN}.html")
    high = browser.execute_script(
        "return Math.max(...[...document.querySelectorAll('mfrac, munderover, msup')]"
        ".map(m => m.getBoundingClientRect().height))"
    )
    assert high > 15
    unreachable = browser.execute_script(
        "return [...document.querySelectorAll('a, button, summary')].filter(e => e.tabIndex < 0)"
        ".length"
    )
    assert unreachable == 0
    assert browser.find_element("css selector", "a.skip").get_attribute("href").endswith("#main")
