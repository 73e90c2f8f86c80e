"""Pages that are written when the documentation is built: topics, and public names."""

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

# What Markdown would take for marks.
SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#$|~^"})


def _words(text):
    return " ".join(text.split()).translate(SPECIAL)


def write_pages(app):
    """Write the pages into a folder that git does not keep."""
    from theory.core.catalogue import claims_of, topics

    folder = HERE / "generated"
    folder.mkdir(exist_ok=True)
    for topic in topics():
        package = importlib.import_module(f"theory.{topic.replace('-', '_')}")
        lines = []
        for section in package.SECTIONS:
            claims = claims_of(importlib.import_module(f"{package.__name__}.{section}"))
            lines += [f"## {_words(section.replace('_', ' ').capitalize())}", ""]
            for claim in claims:
                standing = f"{claim.kind}, {claim.source.standing}"
                lines += [
                    f"**{_words(claim.title)}**",
                    f": `{claim.id}` ({standing}). {_words(claim.says)}",
                    "",
                ]
        title = topic.replace("-", " ").capitalize()
        head = [
            f"# {title}",
            "",
            f"{_words(package.__doc__)} `assay report {topic} --out site` shows the claims whole.",
            "",
        ]
        (folder / f"{topic}.md").write_text("\n".join([*head, *lines]), encoding="utf-8")


def write_reference(app):
    """Write the page of the public names of `theory` and `verify`."""
    lines = ["# Public names", "", "Everything else is private, whatever its name.", ""]
    for name in ("theory", "verify"):
        package = importlib.import_module(name)
        lines += [f"## {name}", "", "```{eval-rst}"]
        for public in package.__all__:
            thing = getattr(package, public)
            kind = "autoclass" if isinstance(thing, type) else "autofunction"
            kind = kind if callable(thing) and hasattr(thing, "__module__") else "autodata"
            home = package._HOME[public]
            lines += [f".. {kind}:: {home}.{public}", ""]
        lines += ["```", ""]
    (HERE / "generated" / "public-names.md").write_text("\n".join(lines), encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write_pages)
    app.connect("builder-inited", write_reference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
