"""Pages of the catalogue, written when the documentation is built, and links to its claims.

A topic has a page, and a page for each of its sections with the statements in full. A claim's id in
inline code, anywhere in the documentation, becomes a link to it; an id that is in no topic, though
it begins like one, is a warning, and so an error in CI.
"""

import importlib
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
GENERATED = HERE / "generated"

_TITLES = {"sgd": "Stochastic gradient descent"}

# What Markdown would take for marks.
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#$|~^"})


def words(text):
    """Text on one line, with nothing in it that Markdown would take for marks."""
    return " ".join(text.split()).translate(_SPECIAL)


def first_sentence(text):
    """What a docstring begins with."""
    return " ".join(text.split("\n\n")[0].split())


def write(path, lines):
    """Write a page into the folder that git does not keep, unless it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path


# ------------------------------------------------------------------------------ the catalogue


@cache
def _packages():
    from theory.core.catalogue import topics

    return {
        topic: importlib.import_module(f"theory.{topic.replace('-', '_')}") for topic in topics()
    }


@cache
def sections(topic):
    """The modules of a topic that state claims, by section, in reading order."""
    package = _packages()[topic]
    return {
        name: importlib.import_module(f"{package.__name__}.{name}") for name in package.SECTIONS
    }


@cache
def claims():
    """All claims by their ids."""
    from theory.core.catalogue import claims_of

    return {
        claim.id: claim
        for topic in _packages()
        for module in sections(topic).values()
        for claim in claims_of(module)
    }


def _title(section):
    return _TITLES.get(section, section.replace("_", " ").capitalize())


def topic_title(topic):
    """What the topic's docstring names before its colon."""
    return first_sentence(_packages()[topic].__doc__).partition(":")[0]


def _address(claim_id):
    """The place of a claim, seen from the page of any section."""
    anchor = nodes.make_id(f"claim-{claim_id}")
    return f"../{claims()[claim_id].topic}/{_section(claim_id)}.html#{anchor}"


@cache
def _section(claim_id):
    from theory.core.catalogue import section_of

    return section_of(claims()[claim_id])


def prose(docstring):
    """The paragraphs of a docstring; what is in single backticks is code."""
    paragraphs = []
    for paragraph in docstring.split("\n\n"):
        pieces = re.split(r"``?([^`]+)``?", " ".join(paragraph.split()))
        paragraphs += [
            "".join(f"`{piece}`" if i % 2 else words(piece) for i, piece in enumerate(pieces)),
            "",
        ]
    return paragraphs


def _claim_lines(claim):
    from verify.core.document_claim import printed_notes, printed_statement
    from verify.report.texts import html

    links = {used: _address(used) for used in claim.uses}
    notes = printed_notes(claim, None, dict.fromkeys(links, "claim"))
    steps = len(claim.derivation.steps)
    derived = f"Derived in {steps} step{'' if steps == 1 else 's'}." if steps else "No derivation."
    return [
        f"(claim-{claim.id})=",
        "",
        f"## {words(claim.title)}",
        "",
        f"`{claim.id}` · {claim.kind} · {claim.source.standing}",
        "",
        words(claim.says),
        "",
        "````{raw} html",
        f'<div class="statement">{html(printed_statement(claim))}</div>',
        *(f'<p class="note">{html(note, links)}</p>' for note in notes if "Verdict." not in note),
        f'<p class="note">{derived}</p>',
        "````",
        "",
    ]


def _write_section(topic, name, module):
    from theory.core.catalogue import claims_of

    row = topic.replace("-", "_")
    files = [f"{column}/{row}/{name}.py" for column in ("theory", "numerics", "verify")]
    files = [f"`{file}`" for file in files if (HERE.parent / file).is_file()]
    lines = [
        f"# {_title(name)}",
        "",
        *prose(module.__doc__),
        f"Files: {', '.join(files)}.",
        "",
    ]
    for claim in claims_of(module):
        lines += _claim_lines(claim)
    return write(GENERATED / "topics" / topic / f"{name}.md", lines)


def _table(heads, rows):
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]


def _write_topic(topic):
    from theory.core.catalogue import claims_of

    package, modules = _packages()[topic], sections(topic)
    mine = [claim for module in modules.values() for claim in claims_of(module)]
    corrected = [claim for claim in mine if claim.published]
    rest = package.__doc__.strip().removeprefix(topic_title(topic)).removeprefix(":").strip()
    lines = [
        f"# {words(topic_title(topic))}",
        "",
        *prose(rest[:1].upper() + rest[1:]),
        f"{len(mine)} claims. `assay run {topic}` judges them; `assay report {topic} --out site` "
        "writes a site with every derivation, verdict and counterexample.",
        "",
        *_table(
            ("section", "what it is about", "claims"),
            [
                (
                    f"[{_title(name)}]({name}.md)",
                    words(first_sentence(module.__doc__)),
                    str(len(claims_of(module))),
                )
                for name, module in modules.items()
            ],
        ),
        "",
    ]
    if corrected:
        lines += ["## Corrected here", "", "The published form fails, and says:", ""]
        for claim in corrected:
            lines += [f"`{claim.id}`", f": {words(claim.published)}", ""]
    lines += ["```{toctree}", ":hidden:", "", *modules, "```"]
    return write(GENERATED / "topics" / topic / "index.md", lines)


def _write_catalogue():
    from theory.core.source import Standing

    every = list(claims().values())
    rows = []
    for topic in _packages():
        counts = Counter(claim.source.standing for claim in every if claim.topic == topic)
        rows.append(
            (
                f"[{words(topic_title(topic))}](topics/{topic}/index.md), `{topic}`",
                *(str(counts[standing]) for standing in Standing),
                str(counts.total()),
            )
        )
    kinds = Counter(claim.kind for claim in every)
    return write(
        GENERATED / "catalogue.md",
        [
            "# The catalogue",
            "",
            "The claims that come with Assay, by topic and by how they stand to what was published "
            "([what the words mean](../concepts.md#standing)). The pages are made from the claims "
            "themselves whenever the documentation is built.",
            "",
            *_table(("topic", *map(str, Standing), "claims"), rows),
            "",
            "By kind of statement: "
            + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
            + ".",
        ],
    )


def write_pages(app):
    """Write the pages of the catalogue, and take away those of sections that are gone."""
    written = {_write_catalogue()}
    for topic in _packages():
        written.add(_write_topic(topic))
        written |= {_write_section(topic, *section) for section in sections(topic).items()}
        for path in (GENERATED / "topics" / topic).glob("*.md"):
            if path not in written:
                path.unlink()


class ClaimLinks(SphinxPostTransform):
    """Link the ids of claims that stand in inline code."""

    default_priority = 5

    def run(self, **_):
        """Put a reference around the code."""
        known = claims()
        mentioned = re.compile(rf"({'|'.join(_packages())})\.[A-Za-z0-9-]+")
        places = self.env.get_domain("std").anonlabels
        for literal in list(self.document.findall(nodes.literal)):
            claim_id = literal.astext()
            if not mentioned.fullmatch(claim_id) or isinstance(literal.parent, nodes.reference):
                continue
            if claim_id not in known:
                message = "no claim is called %s"
                logging.getLogger("claims").warning(message, claim_id, location=literal)
                continue
            page, anchor = places[f"claim-{claim_id}".lower()]
            here = self.env.docname
            link = make_refnode(self.app.builder, here, page, anchor, literal.deepcopy())
            literal.replace_self(link)


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write_pages)
    app.add_post_transform(ClaimLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
