"""Sphinx configuration: neither the build nor the pages need a network."""

import re
import sys
import tomllib
from pathlib import Path

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))

project = "Assay"
author = "the Assay authors"
project_copyright = "2026, the Assay authors"
release = version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "generated_pages",
    "generated_reference",
    "generated_figures",
]
exclude_patterns = ["_build", "examples", "Thumbs.db", ".DS_Store"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types in docstrings are words
suppress_warnings = ["ref.python"]  # `name` may be a member of several classes
default_role = "py:obj"  # `Name` in a docstring: a link if it is public, code if not
add_module_names = False
python_maximum_signature_line_length = 88
autodoc_member_order = "bysource"

myst_enable_extensions = ["amsmath", "attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

napoleon_google_docstring = False
napoleon_numpy_docstring = True

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
html_title = f"Assay {release}"
html_static_path = ["assets"]
html_css_files = ["site.css"]
html_copy_source = False
html_math_renderer = "mathml"

# Formulas become MathML, which browsers render by themselves: no MathJax, so no network. The
# converter is docutils' own. A formula that it cannot convert is a warning, and so an error in CI.

# What amsmath calls a display is, inside <math>, one of the tables that docutils knows.
TABLES = {"align": "aligned", "eqnarray": "aligned", "gather": "matrix", "split": "aligned"}


def _known_environments(tex):
    tex = re.sub(r"\\(begin|end)\{equation\*?\}", "", tex)
    return re.sub(
        rf"\\(begin|end)\{{({'|'.join(TABLES)})\*?\}}",
        lambda match: rf"\{match[1]}{{{TABLES[match[2]]}}}",
        tex,
    ).strip()


def _mathml(writer, node, block):
    try:
        markup = tex2mathml(_known_environments(node.astext()), as_block=block)
    except MathError as error:
        logging.getLogger("mathml").warning("formula: %s", error, location=node)
        markup = f"<code>{writer.encode(node.astext())}</code>"
    return markup


def _inline(writer, node):
    writer.body.append(_mathml(writer, node, block=False))
    raise nodes.SkipNode


def _block(writer, node):
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    if node.get("number"):
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    writer.body.append(_mathml(writer, node, block=True) + "</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_inline, None), block_renderers=(_block, None)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
