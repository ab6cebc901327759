"""HTML and SVG that cannot be broken by what stands in it: text is escaped unless it is markup already."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

_EMPTY: Final = frozenset({"br", "circle", "col", "line", "link", "meta", "path", "polygon", "rect"})
"""Elements without content; those of SVG are closed as XML wants it, which HTML reads as well."""


class Markup(str):
    """Text that is markup already, and is not escaped again."""

    __slots__ = ()


Part = str | Markup | None | Iterable["Part"]


def text(value: str) -> Markup:
    """A text as markup. Control characters and lone surrogates, which HTML does not allow, become U+FFFD."""
    legal = "".join("\ufffd" if _illegal(letter) else letter for letter in value)
    return Markup(html.escape(legal, quote=True))


def _illegal(letter: str) -> bool:
    control = (letter < " " and letter not in "\t\n") or "\x7f" <= letter <= "\x9f"
    return control or "\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff"


def join(*parts: Part) -> Markup:
    """Markup, texts and lists of them, one after the other; None is left out."""
    return Markup("".join(_flat(parts)))


def _flat(parts: Iterable[Part]) -> Iterable[str]:
    for part in parts:
        if isinstance(part, Markup):
            yield part
        elif isinstance(part, str):
            yield text(part)
        elif part is not None:
            yield from _flat(part)


def element(name: str, *parts: Part, **attributes: str | float | None) -> Markup:
    """An element.

    Args:
        name: of the element.
        parts: what stands in it: texts, markup, or lists of them.
        attributes: by name; an underscore at the end is dropped, others become hyphens, and None leaves one out.
            Numbers are written with two decimals at most.
    """
    opening = [name]
    for key, value in attributes.items():
        if value is not None:
            said = value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
            opening.append(f'{key.rstrip("_").replace("_", "-")}="{text(said)}"')
    if name in _EMPTY:
        return Markup(f"<{' '.join(opening)}/>")
    return Markup(f"<{' '.join(opening)}>{join(*parts)}</{name}>")
