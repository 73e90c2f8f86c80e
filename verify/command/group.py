"""The group of commands: help by sections, examples, and one line for every mistake."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

__all__ = ["Command", "Group", "complain"]

ALL_CONFIRMED, USAGE_ERROR = 0, 2
INTERRUPTED, PIPE_CLOSED = 130, 141  # as shells report Ctrl-C and a reader that has left


def complain(message: str) -> None:
    """One line on standard error."""
    click.echo(f"assay: {' '.join(message.split())}", err=True)


class Command(click.Command):
    """A command with examples: pairs of what is typed and what it does."""

    def __init__(
        self, *arguments: Any, examples: Sequence[tuple[str, str]] = (), **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, below the options."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write_dl(self.examples, col_max=50)
        super().format_epilog(ctx, formatter)


class Group(click.Group):
    """Commands under headings; every error that is the user's is one line and exit code 2."""

    def __init__(
        self, *arguments: Any, examples: Sequence[tuple[str, str]] = (), **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.examples = tuple(examples)
        self._sections: dict[str, list[str]] = {}

    def add_section(self, heading: str, *commands: click.Command) -> None:
        """Add commands under a heading of the help."""
        for command in commands:
            self.add_command(command)
            self._sections.setdefault(heading, []).append(str(command.name))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the help."""
        return [name for names in self._sections.values() for name in names]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What this is, and how to begin."""
        super().format_help_text(ctx, formatter)
        with formatter.section("To begin"):
            formatter.write_dl(self.examples, col_max=50)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, section by section."""
        width = max(map(len, self.commands))
        limit = formatter.width - 6 - width
        for heading, names in self._sections.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(f"{n:<{width}}", self.commands[n].get_short_help_str(limit)) for n in names]
                )

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run as click does; end with the exit codes above."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        _open_streams()
        if any(name.endswith("_COMPLETE") for name in os.environ):
            from verify.command import shells  # noqa: F401  (its shells take the place of click's)
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except click.ClickException as error:
            code = USAGE_ERROR
            complain(error.format_message())
        except click.Abort:
            code = INTERRUPTED
        except OSError as error:  # help that cannot be written
            _complain_of(error)
            code = USAGE_ERROR
        sys.exit(code if isinstance(code, int) else ALL_CONFIRMED)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what went wrong is told in one line."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except KeyboardInterrupt:
            complain("interrupted; what was finished is kept")
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _discard_output()
            ctx.exit(PIPE_CLOSED)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except MemoryError:
            complain("not enough memory; what was finished is kept: try fewer --jobs")
            ctx.exit(USAGE_ERROR)
        except OSError as error:
            _complain_of(error)
            ctx.exit(USAGE_ERROR)
        except Exception as error:
            from theory.core.errors import AssayError  # not above: help loads nothing

            if not isinstance(error, AssayError):
                raise
            complain(str(error))
            ctx.exit(USAGE_ERROR)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find a command; suggest one for a name that is none."""
        import difflib

        name = args[0] if args else ""
        if ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            ctx.fail(f"no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)


def _open_streams() -> None:
    """Let what a shell has closed (``>&-``) lead nowhere, and not to the next file opened."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))


def _complain_of(error: OSError) -> None:
    _discard_output()
    complain(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}")


def _discard_output() -> None:
    """Nothing more can be written: Python is not to try again when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # standard output is no file
        pass
