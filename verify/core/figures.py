"""Figures: theory as lines, simulation as marks with intervals, legible in grey.

A topic's ``figures`` module registers drawing functions under names such as
``assoc-scaling/finite-data``. Colours are Okabe and Ito's, which the colour-blind tell apart, and
every colour comes with a line style and a marker of its own. A drawing function that returns an
animation is drawn as a GIF too.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.core import catalogue
from theory.core.errors import AssayError, CatalogueError

__all__ = [
    "STYLES",
    "Style",
    "bars",
    "draw",
    "figure",
    "interval",
    "mean_interval",
    "names",
    "select",
    "value",
]


@dataclass(frozen=True)
class Style:
    """A colour with the line style and the marker that stand in for it in grey."""

    colour: str
    line: str
    marker: str

    @property
    def theory(self) -> dict[str, Any]:
        """Keyword arguments for a line."""
        return {"color": self.colour, "linestyle": self.line, "linewidth": 1.4}

    @property
    def simulation(self) -> dict[str, Any]:
        """Keyword arguments for marks with error bars."""
        return {
            "color": self.colour,
            "marker": self.marker,
            "linestyle": "none",
            "markersize": 4.5,
            "markerfacecolor": "white",
            "capsize": 2,
            "elinewidth": 0.9,
        }

    @property
    def points(self) -> dict[str, Any]:
        """Keyword arguments for marks of a simulation that has no error to speak of."""
        return {
            key: value
            for key, value in self.simulation.items()
            if key not in ("capsize", "elinewidth")
        }


STYLES = (
    Style("#0072B2", "-", "o"),
    Style("#D55E00", "--", "s"),
    Style("#009E73", "-.", "^"),
    Style("#CC79A7", ":", "D"),
    Style("#000000", (0, (5, 1)), "v"),  # type: ignore[arg-type]
    Style("#56B4E9", (0, (3, 1, 1, 1)), "P"),  # type: ignore[arg-type]
)

_FIGURES: dict[str, Callable[[Any], Any]] = {}


def figure(name: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register a function that draws on an empty Matplotlib figure.

    It returns nothing, or an animation of the figure (``matplotlib.animation``).
    """

    def register(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        if name in _FIGURES:
            raise CatalogueError(f"two figures are called {name}")
        _FIGURES[name] = function
        return function

    return register


def names() -> tuple[str, ...]:
    """Names of all figures, in the order of the topics and their figure modules."""
    for topic in catalogue.topics():
        module = f"verify.{topic.replace('-', '_')}.figures"
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module)
    return tuple(_FIGURES)


def select(wanted: Iterable[str]) -> tuple[str, ...]:
    """Figures by name or topic; all of them for none.

    Raises
    ------
    CatalogueError
        There is no such figure.
    """
    known = names()
    chosen: dict[str, None] = {}
    for one in wanted:
        found = [name for name in known if one in (name, name.partition("/")[0])]
        if not found:
            raise CatalogueError(f"unknown figure {one!r}; there are {', '.join(known)}")
        chosen |= dict.fromkeys(found)
    return tuple(chosen) or known


def draw(name: str, folder: Path) -> list[Path]:
    """Draw one figure as SVG and PNG, and as GIF if it is animated.

    Returns
    -------
    list of Path
        The files written: ``folder`` / the last part of the name, with these endings. The still
        files show the last frame of an animation.

    Raises
    ------
    CatalogueError
        There is no such figure.
    AssayError
        Matplotlib is not installed.
    """
    known = names()
    if name not in known:
        raise CatalogueError(f"unknown figure {name!r}; there are {', '.join(known)}")
    try:
        import matplotlib
    except ImportError:
        raise AssayError("figures need Matplotlib: pip install matplotlib") from None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    settings: Any = {
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#DDDDDD",
        "grid.linewidth": 0.5,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "svg.hashsalt": name,  # the same figure gives the same file
        "svg.fonttype": "none",
    }
    with pyplot.rc_context(settings):
        canvas = pyplot.figure(layout="constrained")
        try:
            animation = _FIGURES[name](canvas)
            folder.mkdir(parents=True, exist_ok=True)
            stem = folder / name.rpartition("/")[2]
            written = [stem.with_suffix(ending) for ending in (".svg", ".png")]
            if animation is not None:  # first, so that the last frame is what stays on the canvas
                written.append(stem.with_suffix(".gif"))
                layout: Any = canvas.get_layout_engine()
                layout.execute(canvas)
                canvas.set_layout_engine("none")  # one layout for all frames
                animation.save(written[2], writer="pillow")
            canvas.savefig(written[0], metadata={"Date": None})
            canvas.savefig(written[1], dpi=160)
        finally:
            pyplot.close(canvas)
    return written


def bars(axes: Any, x: Any, triples: Any, style: Style, label: str | None, **further: Any) -> None:
    """Marks with intervals from (value, low, high) triples, as `interval` returns them."""
    value, low, high = np.array(triples).T
    spread = (value - low, high - value)
    axes.errorbar(x, value, yerr=spread, label=label, **{**style.simulation, **further})


def interval(successes: int, trials: int, error: float = 0.05) -> tuple[float, float, float]:
    """A frequency with its exact (Clopper-Pearson) confidence interval."""
    from scipy.stats import binomtest

    result = binomtest(int(successes), int(trials))
    ends = result.proportion_ci(1 - error, method="exact")
    return successes / trials, float(ends.low), float(ends.high)


def mean_interval(values: NDArray[np.float64], error: float = 0.05) -> tuple[float, float, float]:
    """A mean over seeds with its Student interval."""
    from scipy.stats import t

    values = np.asarray(values, dtype=float)
    mean = float(values.mean())
    half = float(t.ppf(1 - error / 2, values.size - 1) * values.std(ddof=1) / values.size**0.5)
    return mean, mean - half, mean + half


def value(expression: Any, point: Mapping[str, Any]) -> float:
    """The middle of the ball of a formula of the theory at a point, for a line of a figure.

    Raises
    ------
    NotEnclosable
        The formula has no value there.
    """
    from theory import enclose

    return float(enclose(expression, point).mid())
