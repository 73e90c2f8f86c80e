"""``python -m verify`` is the command ``assay``."""

from verify.command import main

main(prog_name="assay")
