"""Compiled kernels are never older than the source they were compiled from."""

import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

from numba.core.dispatcher import Dispatcher

import numerics


def modules():
    for module in pkgutil.walk_packages(numerics.__path__, "numerics."):
        yield importlib.import_module(module.name)


def kernels(module):
    return [value for value in vars(module).values() if isinstance(value, Dispatcher)]


def test_kernels_are_called_across_files_from_core_only():
    """Numba does not see that a kernel of another file has changed; the cache folder tells core."""
    borrowed = [
        f"{module.__name__}: {kernel.py_func.__qualname__} of {kernel.py_func.__module__}"
        for module in modules()
        for kernel in kernels(module)
        if kernel.py_func.__module__ != module.__name__
        and not kernel.py_func.__module__.startswith("numerics.core.")
    ]
    assert borrowed == []


def test_no_kernel_reaches_another_file_through_a_module():
    through = [
        f"{module.__name__}.{kernel.py_func.__qualname__}: {name}"
        for module in modules()
        for kernel in kernels(module)
        for name in kernel.py_func.__code__.co_names
        if getattr(kernel.py_func.__globals__.get(name), "__name__", "").startswith("numerics.")
    ]
    assert through == []


def folder(root, **changes):
    """Where a fresh process with a copy of the package would keep its kernels."""
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | changes
    program = "import numba, numerics; print(numba.config.CACHE_DIR)"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_the_cache_folder_follows_the_contents_of_core(tmp_path):
    core = tmp_path / "numerics" / "core"
    core.mkdir(parents=True)
    source = Path(numerics.__file__).read_text(encoding="utf-8")
    (tmp_path / "numerics" / "__init__.py").write_text(source, encoding="utf-8")
    (core / "streams.py").write_text("a = 1\n", encoding="utf-8")
    one = folder(tmp_path)
    (core / "streams.py").touch()
    assert folder(tmp_path) == one
    (core / "streams.py").write_text("a = 2\n", encoding="utf-8")
    assert folder(tmp_path) != one
    assert folder(tmp_path, NUMBA_CACHE_DIR=str(tmp_path)) == str(tmp_path)
