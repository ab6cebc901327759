"""What is wrong with a recipe's file: the key and its line, and what is to stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from tonepoem.errors import InputError

_WANTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "string_type": "is to be text in quotes",
        "int_type": "is to be a whole number",
        "int_parsing": "is to be a whole number",
        "int_from_float": "is to be a whole number",
        "float_type": "is to be a number",
        "float_parsing": "is to be a number",
        "bool_type": "is to be true or false",
        "bool_parsing": "is to be true or false",
        "tuple_type": "is to be a list in [ ]",
        "list_type": "is to be a list in [ ]",
        "dict_type": "is to be a section",
        "model_type": "is to be a section",
        "model_attributes_type": "is to be a section",
        "missing": "is missing",
        "extra_forbidden": "is not known",
        "string_too_short": "is empty",
        "string_too_long": "is too long",
    },
)
"""pydantic's kinds of errors in the words of who edits a file."""

_HEADER: Final = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_MEND: Final = "Mend it, or make the playlist anew."


def invalid(path: Path, document: Mapping[str, Any], error: ValidationError) -> InputError:
    """The error for a document that does not have a recipe's form.

    Args:
        path: the file.
        document: what it holds.
        error: what does not fit.
    """
    first = error.errors()[0]
    kind, place = first["type"], first["loc"]
    names = _names(document)  # what else stands in an error's place is pydantic's own
    key = place if kind == "missing" else tuple(part for part in place if isinstance(part, int) or part in names)
    what = _WANTED.get(kind) or "cannot be used: " + re.sub(r"^Value error, |^Input ", "", first["msg"])
    made = document.get("tonepoem")
    hint = f"The file was written by tonepoem {made}. " if isinstance(made, str) and kind == "extra_forbidden" else ""
    return wrong(path, key, what, hint)


def wrong(path: Path, key: Sequence[str | int], what: str, hint: str = "") -> InputError:
    """The error for a key whose value cannot be used.

    Args:
        path: the file.
        key: the way to the key, places in lists counted from 0.
        what: what is wrong, to follow the key's name.
        hint: a sentence to add.
    """
    try:
        line = _line(path.read_text(encoding="utf-8-sig"), key)
    except (OSError, ValueError):
        line = None
    spelled = ".".join(str(part + 1) if isinstance(part, int) else part for part in key) or "the file"
    where = f"{path}, line {line}" if line else f"{path}"
    return InputError(f"{where}: {spelled} {what}. {hint}{_MEND}")


def _names(value: Any) -> set[str]:
    """Every key in a document."""
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set[str]().union(*map(_names, value)) if isinstance(value, list) else set()


def _line(text: str, key: Sequence[str | int]) -> int | None:
    """The line in which a key stands: its own, that of the table it is, or that of the list or table that holds it."""
    wanted = ".".join(part for part in key if isinstance(part, str))
    place = next((part for part in key if isinstance(part, int)), 0)  # of tables in lists there is one level
    table, within = "", None
    seen: dict[str, int] = {}
    for number, row in enumerate(text.splitlines(), start=1):
        if match := _HEADER.match(row):
            table = re.sub(r"[\s\"']", "", match[1])
            seen[table] = seen.get(table, -1) + 1
            own = table
        elif "=" in row:
            own = ".".join(filter(None, (table, row.partition("=")[0].strip().strip("\"'"))))
        else:
            continue
        if seen.get(table.partition(".")[0], 0) != place and table:
            continue
        if own == wanted:
            return number
        if wanted.startswith(f"{own}."):
            within = number
    return within
