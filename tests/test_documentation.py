"""What README.md and the pages in docs/ show is what happens, and every example is as it says.

A python block that begins with the comment ``# NAME.py`` is a piece of that file; if the file is in
the repository, the block must be in it. Tests in any other python block are run by pytest. A pycon
block is a doctest, and goes on where the one before it on the page ended. A console block is run
command by command. In what these show, three dots stand for anything, on a line of their own for
any lines, and seconds may differ. What an sh block says is in the sh blocks of README.md as well.

A page that adds a package to one of the three has its commands run in a copy of them.
"""

import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from verify.command import main

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
# These judge the same claims, and so share a test: what one of them judges, the others read.
FIRST = (README, *(ROOT / "docs" / f"{name}.md" for name in ("index", "start", "concepts")))
OTHERS = sorted({*(ROOT / "docs").glob("*.md")} - {*FIRST})
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
FALSE_ON_PURPOSE = {"coupons.too-good", "fermat.converse"}
KINDS = {"identity", "bound", "equivalent", "rate", "forall", "trend"}

NEW_PACKAGE = re.compile(r"^# (theory|numerics|verify)/\w+/__init__.py$", re.MULTILINE)
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


# Runs commands of assay in a process of its own, and prints code and output of each as JSON.
RUN = """
import json, sys
from click.testing import CliRunner
from verify.command import main
done = [CliRunner().invoke(main, command) for command in json.loads(sys.argv[1])]
print(json.dumps([[repr(one.exception), one.output] for one in done]))
"""


def elsewhere(folder):
    """A way to run commands in a copy of the packages that lies in a folder."""

    def run(*commands):
        done = subprocess.run(
            [sys.executable, "-c", RUN, json.dumps(commands)],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder), "ASSAY_LEDGER": str(folder / "ledger")},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        for problem, _ in found:
            assert problem == "None" or problem.startswith("SystemExit"), problem
        return [output for _, output in found]

    return run


def here(assay):
    """A way to run commands in this process."""

    def run(*commands):
        found = [assay(*command) for command in commands]
        for done in found:
            if done.exception is not None and not isinstance(done.exception, SystemExit):
                raise done.exception
        return [done.output for done in found]

    return run


def by_pytest(folder, *arguments):
    """What pytest prints, run in a folder."""
    done = subprocess.run(
        [sys.executable, *arguments, "-p", "no:cacheprovider"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
        | {"PYTHONPATH": os.pathsep.join(map(str, (folder, ROOT, ROOT / "docs" / "examples")))},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def require_console(text, run, folder):
    """Run the commands of a console block; each prints what is shown."""
    parts = [part.partition("\n") for part in text.removeprefix("$ ").split("\n$ ")]
    commands = [shlex.split(command) for command, _, _ in parts]
    if commands[0][:3] == ["python", "-m", "pytest"]:
        printed = [by_pytest(folder, *command[1:]) for command in commands]
    else:
        assert {command[0] for command in commands} == {"assay"}, "no other command can be run here"
        printed = run(*(command[1:] for command in commands))
    for (command, _, shown), output in zip(parts, map(lines, printed), strict=True):
        assert matches(lines(shown), output), f"{command} printed\n" + "\n".join(output)


def require_python(text, folder):
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"# (\S+\.py)", first)
    if named is None and "def test_" not in text:
        exec(compile(text, "a block", "exec"), {})
    elif named is None:
        (folder / "test_block.py").write_text(text, encoding="utf-8")
        printed = by_pytest(folder, "-m", "pytest", "-q", "test_block.py")
        assert re.search(r"^\d+ passed in", printed, re.MULTILINE), printed
    elif (ROOT / named[1]).is_file():
        assert rest in (ROOT / named[1]).read_text(encoding="utf-8"), f"not in {named[1]}:\n{rest}"
    else:
        (folder / named[1]).parent.mkdir(parents=True, exist_ok=True)
        with (folder / named[1]).open("a", encoding="utf-8") as file:
            file.write(rest + "\n\n")


def require_session(text, names):
    """Run a pycon block with the names of those before it."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    test = doctest.DocTestParser().get_doctest(text, names, "a block", None, 0)
    said = []
    doctest.DocTestRunner(optionflags=flags, verbose=False).run(
        test, out=said.append, clear_globs=False
    )
    assert not said, "".join(said)
    names |= test.globs


def require_page(page, assay, folder):
    names = {}
    run = here(assay)
    if NEW_PACKAGE.search(page.read_text(encoding="utf-8")):
        run = elsewhere(folder)
        for package in ("theory", "numerics", "verify"):
            shutil.copytree(ROOT / package, folder / package)
    for language, text in blocks(page):
        if language == "python":
            require_python(text, folder)
        elif language == "pycon":
            require_session(text, names)
        elif language == "console":
            require_console(text, run, folder)
        elif language == "sh" and page != README:
            told = "".join(block for kind, block in blocks(README) if kind == "sh")
            assert set(text.splitlines()) <= set(told.splitlines()), "README.md does not say so"


@pytest.mark.parametrize("pages", [FIRST, *((page,) for page in OTHERS)], ids=lambda p: p[0].stem)
def test_what_a_page_shows_is_true(pages, assay, tmp_path, monkeypatch):
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    for page in pages:
        try:
            require_page(page, assay, tmp_path)
        except BaseException as problem:
            problem.add_note(f"on the page {page.name}")
            raise


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
