"""Reference pages, written when the documentation is built: public names, and the command line."""

import enum
import importlib
import inspect
import sys
from functools import cache
from types import ModuleType

import click
from docutils import nodes
from generated_pages import GENERATED, first_sentence, prose, words, write
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

from theory.core.rule import Rule

# Names of `theory` and `verify` are documented under the names that users import.
_PACKAGES = ("theory", "verify", "verify.strategies")

# The modules that a reader looks for first; the others follow by name.
_FIRST = (
    *("claim", "statement", "parameters", "domain", "observable", "source", "derivation"),
    *("elementary", "inequalities", "asymptotics"),
    *("check", "estimates", "verdict", "judge"),
)


def _home(package, name):
    """The module that defines a public name."""
    thing = getattr(package, name)
    homes = getattr(package, "_HOME", {})
    home = homes.get(name) or getattr(thing, "__module__", None) or package.__name__
    return sys.modules.get(home, package)


def _groups(package):
    """The public names by the modules that define them."""

    def place(module):
        name = module.__name__.rpartition(".")[2]
        return _FIRST.index(name) if name in _FIRST else len(_FIRST), name

    groups = {}
    for name in package.__all__:
        if not isinstance(getattr(package, name), ModuleType):
            groups.setdefault(_home(package, name), []).append(name)
    return {module: groups[module] for module in sorted(groups, key=place)}


def _directive(package, name):
    thing = getattr(package, name)
    where = f"{package.__name__}::{name}"
    if isinstance(thing, type):
        lines = [f".. autoclass:: {where}"]
        if not issubclass(thing, Rule):  # what a rule has is for the derivation that calls it
            lines.append("   :members:")
        if issubclass(thing, enum.Enum):
            lines.append("   :undoc-members:")
        if issubclass(thing, Exception):
            lines.append("   :show-inheritance:")
        return lines
    if inspect.isroutine(thing):
        return [f".. autofunction:: {where}"]
    if type(thing).__module__.split(".")[0] not in ("theory", "verify"):
        home = _home(package, name).__name__
        return [f".. autodata:: {home}::{name}", "   :no-value:"]  # documented where it is defined
    return [f".. autodata:: {where}", "   :no-value:"]


@cache
def _namespaces():
    """The packages, and the modules that they name as public."""
    found = []
    for package in map(importlib.import_module, _PACKAGES):
        inner = [getattr(package, public) for public in package.__all__]
        found += [package, *(thing for thing in inner if isinstance(thing, ModuleType))]
    return tuple(found)


def _full_names(name):
    """What a name of the reference may be called there."""
    return name, *(f"{package.__name__}.{name}" for package in _namespaces())


def write_reference(app):
    """Write a page for each public namespace."""
    pages = []
    for package in _namespaces():
        groups = _groups(package)
        public = sorted(name for names in groups.values() for name in names)
        lines = [
            f"# {package.__name__}",
            "",
            *prose(first_sentence(package.__doc__)),
            f"`from {package.__name__} import ...`. In alphabetical order:",
            "",
            "```{eval-rst}",
            ", ".join(f":py:obj:`{name} <{package.__name__}.{name}>`" for name in public),
            "```",
            "",
        ]
        for module, names in groups.items():
            if len(groups) > 1:
                title = module.__name__.rpartition(".")[2].replace("_", " ").capitalize()
                lines += [f"## {title}", "", *prose(first_sentence(module.__doc__))]
            lines.append("```{eval-rst}")
            for name in names:
                lines += [*_directive(package, name), ""]
            lines += ["```", ""]
        pages.append(write(GENERATED / "reference" / f"{package.__name__}.md", lines))
    write(
        GENERATED / "reference" / "index.md",
        [
            "# Public names",
            "",
            "What is on these pages is public: it changes only with a line in `CHANGELOG.md`. "
            "Everything else, `numerics` included, is private and may change at any time.",
            "",
            "```{toctree}",
            ":maxdepth: 2",
            "",
            *(page.stem for page in pages),
            "```",
        ],
    )


# ------------------------------------------------------------------------------- command line


def _paragraphs(text):
    return [" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n")]


def _command(command, context):
    """What the help of a command says: usage, words, options, examples."""
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f"## {context.command_path}",
        "",
        "```text",
        f"{context.command_path} {usage}",
        "```",
        "",
    ]
    for paragraph in _paragraphs(command.help or ""):
        lines += [words(paragraph), ""]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and "--help" not in parameter.opts:
            how, meaning = record
            lines += [f"`{how}`", f": {words(meaning)}", ""]
    if examples := getattr(command, "examples", ()):
        rows = [f"| `{typed}` | {words(does)} |" for typed, does in examples]
        lines += ["| for example | |", "| --- | --- |", *rows, ""]
    return lines


def write_command_line(app):
    """Write the page of the command, from its own help."""
    from verify.command import main

    context = click.Context(main, info_name="assay")
    commands = [main.commands[name] for name in main.list_commands(context)]
    shown = [command for command in commands if not command.hidden]
    lines = ["# Command line", "", "What `assay --help` and `assay COMMAND --help` say.", ""]
    lines += [*_command(main, context), "| command | what it does |", "| --- | --- |"]
    for command in shown:
        does = words(_paragraphs(command.help or "")[0])
        lines.append(f"| [`assay {command.name}`](#assay-{command.name}) | {does} |")
    lines.append("")
    for command in shown:
        lines += _command(command, click.Context(command, info_name=command.name, parent=context))
    write(GENERATED / "command-line.md", lines)


def under_public_name(app, env, node, contnode):
    """Resolve a reference to where something is defined by the name that users import."""
    if node.get("refdomain") != "py":
        return None
    domain, name = env.get_domain("py"), node["reftarget"].rpartition(".")[2]
    found = next((full for full in _full_names(name) if full in domain.objects), None)
    if found is None:
        return None
    node["reftarget"] = found
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", found, node, contnode)


class NameLinks(SphinxPostTransform):
    """Link public names that stand in inline code, alone or with arguments, to their reference."""

    default_priority = 6

    def run(self, **_):
        """Put a reference around the code; plain words such as ``check`` are left alone."""
        objects = self.env.get_domain("py").objects
        here = self.env.docname
        for literal in list(self.document.findall(nodes.literal)):
            name = literal.astext().partition("(")[0].removeprefix("@")
            found = next((objects[full] for full in _full_names(name) if full in objects), None)
            telling = name != name.lower() or "_" in name or "." in name
            inside = isinstance(literal.parent, nodes.reference | addnodes.pending_xref)
            if found and telling and not inside and here != found.docname:
                inner = literal.deepcopy()
                link = make_refnode(self.app.builder, here, found.docname, found.node_id, inner)
                literal.replace_self(link)


def parsable(app, what, name, thing, options, signature, returned):
    """A signature without the default that stands for a fresh value."""
    return (signature or "").replace("<factory>", "...") or signature, returned


def setup(app):
    """Register with Sphinx."""
    app.connect("autodoc-process-signature", parsable)
    app.connect("builder-inited", write_reference)
    app.connect("builder-inited", write_command_line)
    app.connect("missing-reference", under_public_name)
    app.add_post_transform(NameLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
