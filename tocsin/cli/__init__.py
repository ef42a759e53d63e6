"""The command `tocsin`: one module a subcommand, imported only when it is asked for."""

from tocsin.cli.main import main

__all__ = ["main"]
