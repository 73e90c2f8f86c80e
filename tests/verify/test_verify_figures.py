"""Figures: found by name or topic, drawn as SVG, PNG and GIF, the same file every time."""

import numpy as np
import pytest
from matplotlib.animation import FuncAnimation
from PIL import Image
from scipy import stats

from theory.core.errors import CatalogueError
from verify.core import figures


@pytest.fixture
def made_up(monkeypatch):
    """A figure of one line, beside those of the catalogue."""
    monkeypatch.setattr(figures, "_FIGURES", dict(figures._FIGURES))

    @figures.figure("made-up/line")
    def line(canvas):
        canvas.add_subplot().plot([0, 1], [0, 1], **figures.STYLES[0].theory)

    return "made-up/line"


def test_both_files_are_written_and_are_the_same_again(made_up, tmp_path):
    first = figures.draw(made_up, tmp_path / "one")
    again = figures.draw(made_up, tmp_path / "two")
    assert [path.name for path in first] == ["line.svg", "line.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_an_animation_is_written_too_and_its_last_frame_stays(monkeypatch, tmp_path):
    monkeypatch.setattr(figures, "_FIGURES", dict(figures._FIGURES))

    lines = []

    @figures.figure("made-up/moving")
    def moving(canvas):
        axes = canvas.add_subplot()
        axes.set(xlim=(0, 2), ylim=(0, 2))
        lines.extend(axes.plot([], []))
        return FuncAnimation(canvas, lambda k: lines[-1].set_data([0, k], [0, k]), 3, interval=250)

    first = figures.draw("made-up/moving", tmp_path / "one")
    again = figures.draw("made-up/moving", tmp_path / "two")
    assert [path.name for path in first] == ["moving.svg", "moving.png", "moving.gif"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert all(line.get_xdata() == [0, 2] for line in lines)
    with Image.open(first[2]) as picture:
        assert (picture.n_frames, picture.info["duration"]) == (3, 250)


def test_names_and_topics_select(made_up):
    assert figures.select(["made-up"]) == (made_up,) == figures.select([made_up, "made-up"])
    assert {made_up, "assoc-scaling/finite-data"} <= set(figures.select([]))
    with pytest.raises(CatalogueError, match="unknown figure 'made-up/lin'"):
        figures.select(["made-up/lin"])
    with pytest.raises(CatalogueError, match="two figures"):
        figures.figure(made_up)(print)


def test_styles_differ_without_colour():
    assert len({str(style.line) for style in figures.STYLES}) == len(figures.STYLES)
    assert len({style.marker for style in figures.STYLES}) == len(figures.STYLES)


def test_intervals_are_those_of_the_textbook():
    value, low, high = figures.interval(3, 10)
    exact = stats.binomtest(3, 10).proportion_ci(0.95, "exact")
    assert (value, low, high) == (0.3, exact.low, exact.high)
    values = np.array([1.0, 2.0, 4.0])
    mean, low, high = figures.mean_interval(values)
    exact = stats.t.interval(0.95, 2, values.mean(), stats.sem(values))
    assert (mean, low, high) == pytest.approx((values.mean(), *exact))


@pytest.mark.slow
@pytest.mark.parametrize("name", figures.names())
def test_every_figure_of_the_catalogue_is_drawn(name, tmp_path):
    assert all(path.stat().st_size > 2000 for path in figures.draw(name, tmp_path))
