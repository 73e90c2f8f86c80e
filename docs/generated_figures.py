"""The gallery, drawn when the documentation is built.

``-D assay_figures=all`` draws every figure (minutes), ``some`` (the default) those of `QUICK`, and
``none`` none; the others are listed with the command that draws them. Without Matplotlib none is
drawn. It is done in a process of its own while the other pages are written, and again only after
the code has changed.
"""

import importlib.util
import json
import subprocess
import sys

from generated_pages import GENERATED, HERE, first_sentence, topic_title, words, write

ROOT = HERE.parent
FOLDER = GENERATED / "figures"
INDEX = FOLDER / "index.json"

QUICK = (  # about a second each
    "assoc-dynamics/phase-portrait",
    "assoc-dynamics/landscape",
    "assoc-dynamics/spikes",
    "assoc-dynamics/orthogonal",
    "assoc-dynamics/forgetting",
    "assoc-dynamics/edge-of-stability",
    "assoc-scaling/two-classes",
    "assoc-scaling/weights",
    "assoc-scaling/memories",
    "iteration-head/attention-maps",
    "iteration-head/leakage",
    "iteration-head/blind-guesses",
    "mode-estimation/confidence-constant",
    "mode-estimation/coarse-partition",
)


def draw(which):
    """Draw figures, and keep their names, first paragraphs and files in the index."""
    from verify.core import figures

    index = []
    for name in figures.names():
        topic, _, short = name.partition("/")
        if which == "all" or (which == "some" and name in QUICK):
            figures.draw(name, FOLDER / topic)
        said = first_sentence(figures._FIGURES[name].__doc__ or "")
        found = {path.suffix: path.name for path in (FOLDER / topic).glob(f"{short}.*")}
        file = found.get(".gif") or found.get(".svg") or ""
        index.append({"topic": topic, "name": name, "says": said, "file": file})
    FOLDER.mkdir(parents=True, exist_ok=True)
    INDEX.write_text(json.dumps({"which": which, "figures": index}), encoding="utf-8")


def _up_to_date(which):
    if not INDEX.is_file() or json.loads(INDEX.read_text(encoding="utf-8"))["which"] != which:
        return False
    columns = (ROOT / "theory", ROOT / "numerics", ROOT / "verify")
    sources = (path for column in columns for path in column.rglob("*.py"))
    return INDEX.stat().st_mtime > max(path.stat().st_mtime for path in sources)


def begin(app):
    """Start to draw."""
    which = app.config.assay_figures if importlib.util.find_spec("matplotlib") else "none"
    app.drawing = None
    if not _up_to_date(which):
        app.drawing = subprocess.Popen([sys.executable, __file__, which], cwd=ROOT)


def finish(app):
    """Wait for the figures, and write the page."""
    if app.drawing is not None and app.drawing.wait():
        raise RuntimeError("the figures cannot be drawn")
    found = json.loads(INDEX.read_text(encoding="utf-8"))["figures"]
    lines = [
        "# Figures",
        "",
        "Theory is drawn as lines, simulation as marks with intervals. `assay figure NAME --out "
        "FOLDER` draws one as SVG and PNG (and as GIF if it moves), `assay figure TOPIC` all of a "
        "topic's; this needs `pip install '.[figures]'`.",
        "",
    ]
    for topic in dict.fromkeys(entry["topic"] for entry in found):
        its = [entry for entry in found if entry["topic"] == topic]
        lines += [f"## {words(topic_title(topic))}", ""]
        for entry in filter(lambda entry: entry["file"], its):
            says = words(entry["says"])
            lines += [
                f"```{{figure}} figures/{topic}/{entry['file']}",
                f":alt: {says}",
                ":class: drawn",
                "",
                f"{says} `{entry['name']}`",
                "```",
                "",
            ]
        rest = [entry for entry in its if not entry["file"]]
        if rest:
            lines += ["| figure | what it shows |", "| --- | --- |"]
            for entry in rest:
                lines.append(f"| `{entry['name']}` | {words(entry['says'])} |")
            lines.append("")
    write(GENERATED / "figures.md", lines)


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("assay_figures", "some", "env", str)
    app.connect("builder-inited", begin, priority=100)
    app.connect("builder-inited", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    draw(sys.argv[1])
