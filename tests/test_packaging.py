"""The wheel holds the three packages whole, nothing else, and works away from the checkout."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("theory", "numerics", "verify")


def run(*command: object, cwd: Path, **env: str) -> str:
    """Run a command; fail with all that it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.fail(f"{command} exited {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def package_files() -> set[str]:
    """Every file of the packages, code and data, as git sees them or else as they lie there."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        # -c safe.directory: CI may run as another user than the one who owns the checkout.
        listing = run(
            *("git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"),
            *("--cached", "--others", "--exclude-standard", "--", *PACKAGES),
            cwd=ROOT,
        )
        paths = [ROOT / name for name in listing.split("\0") if name]
    else:
        paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*")]
    return {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts
    }


def module_name(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, cwd=ROOT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "install", "--no-deps", "--no-index", "--target", target, wheel, cwd=target)
    return target


def test_every_package_has_files() -> None:
    files = package_files()
    for package in PACKAGES:
        assert f"{package}/__init__.py" in files


def test_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.endswith("/")}
    held = {name for name in held if ".dist-info/" not in name}
    wanted = package_files()
    assert sorted(wanted - held) == [], "in the repository, missing from the wheel"
    assert sorted(held - wanted) == [], "in the wheel, not of the packages"


def test_every_folder_of_modules_is_a_package() -> None:
    """Without its __init__.py a folder is a namespace package, which tools see only half."""
    files = package_files()
    folders = {file.rpartition("/")[0] for file in files if file.endswith(".py")}
    assert sorted(folder for folder in folders if f"{folder}/__init__.py" not in files) == []


def test_tests_are_no_packages() -> None:
    """With an __init__.py, pytest would import tests/verify/ under the name of the real verify."""
    assert [str(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def test_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
        entry_points = archive.read(f"{info}/entry_points.txt").decode()
        assert f"{info}/licenses/LICENSE" in archive.namelist()
    assert metadata["Name"] == "assay"
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert {"test", "docs", "dev"} <= set(metadata.get_all("Provides-Extra"))
    assert "assay = verify.command:main" in entry_points


# Run with -P and a foreign working directory, so that the checkout gets in by no back door: the
# folder of the wheel stands before site-packages, where an editable install points to the checkout.
IMPORT_ALL = """
import importlib, json, pathlib, sys
target, names = pathlib.Path(sys.argv[1]).resolve(), json.loads(sys.argv[2])
for name in names:
    module = importlib.import_module(name)
    found = pathlib.Path(module.__file__).resolve()
    assert found.is_relative_to(target), f"{name} came from {found}"
print(len(names))
"""


def test_installed_modules_import_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    names = sorted(
        module_name(file)
        for file in package_files()
        if file.endswith(".py") and not file.endswith("/__main__.py")
    )
    command = (sys.executable, "-P", "-c", IMPORT_ALL, installed, json.dumps(names))
    count = run(*command, cwd=tmp_path, PYTHONPATH=str(installed))
    assert int(count) == len(names)


def listed(*command: object, cwd: Path, installed: Path) -> list[dict[str, object]]:
    claims: list[dict[str, object]] = json.loads(
        run(*command, "list", "--json", cwd=cwd, PYTHONPATH=str(installed))
    )
    return claims


def test_installed_module_lists_the_claims(installed: Path, tmp_path: Path) -> None:
    claims = listed(sys.executable, "-P", "-m", "verify", cwd=tmp_path, installed=installed)
    assert claims
    for claim in claims:
        assert {"id", "topic", "title", "kind", "standing"} <= claim.keys()


def test_installed_script_lists_the_claims(installed: Path, tmp_path: Path) -> None:
    script = installed / "bin" / "assay"
    if not script.exists():
        pytest.skip("this system puts scripts elsewhere")
    assert listed(sys.executable, "-P", script, cwd=tmp_path, installed=installed)
