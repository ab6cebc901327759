"""The command line: the only room that prints, and the only one that ends the process with a status.

Exit status: 0 done, 1 an error of ours in one sentence on standard error, 2 wrong usage, 3 with ``--strict`` a wish that
could not be met, 130 interrupted, 141 the reader of our output went away.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from tonepoem import __version__
from tonepoem.cli.screen import Screen, prepare_streams
from tonepoem.errors import TonepoemError

__all__ = ["app", "run"]

app: typer.Typer
"""The whole program; made when it is first asked for, as to make all commands takes time that one alone does not need."""

MAKING: Final = "tonepoem.cli.making"
ROOMS: Final[Mapping[str, tuple[str, ...]]] = {
    MAKING: ("make", "describe"),
    "tonepoem.cli.recipes": ("refresh",),
    "tonepoem.cli.review": ("lint",),
    "tonepoem.cli.account": ("publish", "login", "logout", "doctor"),
    "tonepoem.cli.library": ("catalog",),
    "tonepoem.training.commands": ("dataset", "train", "evaluate"),
}
"""The commands by the module that adds them, in the order in which the help shows the modules."""
COMMANDS: Final = frozenset(name for names in ROOMS.values() for name in names)

ANYWHERE: Final = frozenset(("--debug", "--no-color"))
"""Options that may stand in any place."""
FRONT: Final = frozenset(("--help", "-h", "--version", "--install-completion", "--show-completion"))
"""Options that are the program's own; anything else that is no command makes a playlist."""


class Program(TyperGroup):
    """The commands, where words that name none are words for ``make``, and every error becomes a sentence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Bring the options that may stand anywhere to the front, and see whether a command is named."""
        anywhere, args = _apart(args)
        # No option is a number, so "-1 bpm" is words where it is no option's value: rules are to say what is wrong with them.
        for place, arg in enumerate(args):
            if arg[:1] == "-" and arg[1:2].isdecimal() and not (place and args[place - 1].startswith("-")):
                args[place] = f" {arg}"
        if args and args[0] not in COMMANDS and args[0] not in FRONT and not ctx.resilient_parsing:
            args = ["make", *args]
        return super().parse_args(ctx, anywhere + args)

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        debug = bool(ctx.params.get("debug"))
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads any more: what is still buffered goes nowhere, or Python would complain at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(141) from None
        except TonepoemError as error:
            raise self._failed(ctx, str(error), debug) from error
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            raise self._failed(ctx, f"{what}{error.strerror or error}. Mend that and try again.", debug) from error
        return result

    def _failed(self, ctx: Any, text: str, debug: bool) -> typer.Exit:
        if debug:
            traceback.print_exc()
        (ctx.obj or Screen()).error(text)
        return typer.Exit(1)


def _apart(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """The options among the arguments that may stand anywhere, and the rest."""
    end = args.index("--") if "--" in args else len(args)
    anywhere = [arg for arg in args[:end] if arg in ANYWHERE]
    return anywhere, [arg for arg in args[:end] if arg not in ANYWHERE] + list(args[end:])


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tonepoem {__version__}")
        raise typer.Exit


def program(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback has done it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error. May stand anywhere.")] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="Use no colours; so does NO_COLOR=1. May stand anywhere.")
    ] = False,
) -> None:
    """Say what you want to hear, get a playlist."""
    ctx.obj = Screen(debug=debug, color=False if no_color else None)


def _made(rooms: Iterable[str]) -> typer.Typer:
    """The program with the commands of some modules."""
    app = typer.Typer(
        cls=Program,
        name="tonepoem",
        help="Say what you want to hear, get a playlist.\n\n`tonepoem WORDS` is short for `tonepoem make WORDS`.",
        epilog="Example: tonepoem 'calm acoustic songs for studying' --length 20 --out study.m3u8",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(program)
    for room in rooms:
        import_module(room).add_to(app)
    return app


@lru_cache(maxsize=1)
def _whole() -> typer.Typer:
    return _made(ROOMS)


def __getattr__(name: str) -> Any:
    if name == "app":
        return _whole()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _called(args: Sequence[str]) -> typer.Typer:
    """The program with the commands that these arguments may call: help and completion speak of all."""
    _, rest = _apart(args)
    if not rest or rest[0] in FRONT or "_TONEPOEM_COMPLETE" in os.environ:
        return _whole()
    return _made([room for room, names in ROOMS.items() if rest[0] in names] or [MAKING])


def run() -> None:
    """Run the program with the arguments of the process, and end it."""
    prepare_streams()
    try:
        _called(sys.argv[1:])(prog_name="tonepoem")
    except Exception as error:  # noqa: BLE001 - the last door: nobody is to meet a traceback unasked
        if "--debug" in sys.argv:
            traceback.print_exc()
        Screen().error(
            f"Something went wrong that tonepoem does not know ({type(error).__name__}). Please report it with what "
            "--debug shows."
        )
        sys.exit(1)
