"""What README.md and the pages in docs/ show is what happens, and every example is as it says.

A python block that begins with the comment ``# NAME.py`` is a piece of that file; if the file is in
the repository, the block must be in it. Tests in a python block are run by pytest. A console block
is run command by command. In what it shows, three dots stand for anything, on a line of their own
for any lines, and seconds may differ.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from verify.command import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
FALSE_ON_PURPOSE = {"coupons.too-good", "fermat.converse"}
KINDS = {"identity", "bound", "equivalent", "rate", "forall", "trend"}

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRESS = re.compile(r"\d\d:\d\d:\d\d ")
SECONDS = re.compile(r" \d+\.\d$")


@pytest.fixture(scope="module")
def assay(tmp_path_factory):
    ledger = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"

    def run(*arguments):
        return CliRunner().invoke(
            main, list(map(str, arguments)), env={"ASSAY_LEDGER": str(ledger)}
        )

    return run


def blocks(page):
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def lines(text):
    """Without progress and seconds, and with single spaces."""
    kept = [line.rstrip() for line in text.splitlines() if not PROGRESS.match(line)]
    return [" ".join(SECONDS.sub(" S", line).split()) for line in kept if line]


def matches(shown, printed):
    """Whether lines are as shown, three dots standing for any."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(matches(shown[1:], printed[i:]) for i in range(len(printed) + 1))
    pattern = ".*".join(map(re.escape, shown[0].split("...")))
    alike = bool(printed) and re.fullmatch(pattern, printed[0]) is not None
    return alike and matches(shown[1:], printed[1:])


def require_console(text, assay):
    """Run the commands of a console block; what each prints is as shown, if anything is."""
    for part in text.removeprefix("$ ").split("\n$ "):
        command, _, shown = part.partition("\n")
        words = shlex.split(command)
        assert words[0] == "assay", f"only the command assay can be run here, not {command}"
        done = assay(*words[1:])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        printed = lines(done.output)
        assert matches(lines(shown), printed), f"{command} printed\n" + "\n".join(printed)


def require_python(text, folder):
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"# (\S+\.py)", first)
    if named is None and "def test_" not in text:
        exec(compile(text, "a block", "exec"), {})
    elif named is None:
        (folder / "test_block.py").write_text(text, encoding="utf-8")
        path = os.pathsep.join(map(str, (ROOT, ROOT / "docs" / "examples")))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_block.py"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout
    elif (ROOT / named[1]).is_file():
        assert rest in (ROOT / named[1]).read_text(encoding="utf-8"), f"not in {named[1]}:\n{rest}"
    else:
        with (folder / named[1]).open("a", encoding="utf-8") as file:
            file.write(rest + "\n\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_a_page_shows_is_true(page, assay, tmp_path, monkeypatch):
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    for language, text in blocks(page):
        if language == "python":
            require_python(text, tmp_path)
        elif language == "console":
            require_console(text, assay)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_comes_out_as_it_says_and_its_mutants_are_killed(path, assay):
    claims = json.loads(assay("run", path, "--json").stdout)["claims"]
    for claim in claims:
        expected = "refuted" if claim["id"] in FALSE_ON_PURPOSE else "confirmed"
        assert claim["verdict"] == expected, claim["reason"]
        assert claim["derivation"]["undecided"] == claim["derivation"]["refuted"] == 0
    mutants = json.loads(assay("mutants", path, "--json").stdout)["mutants"]
    for claim in claims:
        its = [mutant for mutant in mutants if mutant["claim"] == claim["id"]]
        assert its
        for mutant in its:
            explained = claim["id"] in FALSE_ON_PURPOSE and mutant["reason"]
            assert mutant["outcome"] == "killed" or explained, mutant


def test_the_examples_have_claims_of_every_kind(assay):
    kinds = {claim["kind"] for claim in json.loads(assay("list", *EXAMPLES, "--json").stdout)}
    assert kinds == KINDS


@pytest.mark.parametrize(
    "shown, printed, same",
    [
        ("a 0.5", "a   12.3", True),
        ("a\n...\nc", "a\nb\nb\nc", True),
        ("a\n...", "a", True),
        ("a\n...\nc", "a\nb", False),
        ("at ... points", "at 12 points", True),
        ("at ... points", "at 12", False),
        ("a", "", False),
        ("", "a", False),
        ("verdict 1", "12:00:00 confirmed x\nverdict 1", True),
        ("4 points 0.5", "5 points 0.5", False),
    ],
)
def test_what_counts_as_shown(shown, printed, same):
    assert matches(lines(shown), lines(printed)) is same
