"""Completion in bash, zsh and fish: what each needs beyond what click does for it.

A completion of the type ``open`` is the beginning of a word, and no space follows it. Bash breaks
words at colons, so ``FILE.py::ID`` reaches Python as three, and only the last part is replaced.
"""

from __future__ import annotations

import os
from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

__all__ = ["INSTALLATION", "script"]

INSTALLATION = {
    "bash": 'add to ~/.bashrc:  eval "$(assay completion bash)"',
    "zsh": 'add to ~/.zshrc, after compinit:  eval "$(assay completion zsh)"',
    "fish": "run once:  assay completion fish > ~/.config/fish/completions/assay.fish",
}
"""How the script of each shell is put in place."""


@add_completion_class
class _Bash(BashComplete):
    source_template = """\
%(complete_func)s() {
    local IFS=$'\\n' completion kind value
    COMPREPLY=()
    for completion in $(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
            %(complete_var)s=bash_complete $1 2>/dev/null); do
        kind=${completion%%%%,*} value=${completion#*,}
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            open) COMPREPLY+=("$value"); compopt -o nospace ;;
            *) COMPREPLY+=("$value") ;;
        esac
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def source(self) -> str:
        """The script; it asks for no version of bash where there may be none."""
        return self.source_template % self.source_vars()

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and that; parts around colons are joined."""
        words = split_arg_string(os.environ["COMP_WORDS"].replace("\n", " "))
        position = int(os.environ["COMP_CWORD"])
        before, typed = words[:position], (words[position : position + 1] or [""])[0]
        self._replaced_from = 0
        if typed in (":", "::"):
            before, typed = before[:-1], f"{before[-1]}{typed}"
            self._replaced_from = len(typed)
        elif len(before) > 2 and before[-1] == "::":
            start = f"{before[-2]}::"
            before, typed = before[:-2], f"{start}{typed}"
            self._replaced_from = len(start)
        return before[1:], typed

    def format_completion(self, item: CompletionItem[Any]) -> str:
        value = str(item.value)[self._replaced_from :]
        return f"{item.type},{value.replace('*', chr(92) + '*').replace(' ', chr(92) + ' ')}"


@add_completion_class
class _Zsh(ZshComplete):
    source_template = ZshComplete.source_template.replace(
        """\
        elif [[ "$type" == "dir" ]]; then""",
        """\
        elif [[ "$type" == "open" ]]; then
            compadd -U -V unsorted -S '' -- "$key"
        elif [[ "$type" == "dir" ]]; then""",
    )

    def format_completion(self, item: CompletionItem[Any]) -> str:
        if item.type == "open":
            return f"open\n{item.value}\n_"
        return super().format_completion(item)


@add_completion_class
class _Fish(FishComplete):
    source_template = FishComplete.source_template.replace(
        'metadata[1] = "plain"', 'metadata[1] = "plain" -o $metadata[1] = "open"'
    ).replace('string split ","', 'string split -m 1 ","')


_SHELLS = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def script(shell: str, command: Any) -> str:
    """The script that teaches a shell to complete what follows ``assay``."""
    return _SHELLS[shell](command, {}, "assay", "_ASSAY_COMPLETE").source()
