"""Exact wishes in words: read by rules, to be kept to the letter; the mood is left to the model.

English is read fully; numbers, decades, lengths of time and refusals in Spanish, French, German and Portuguese too.

The order in which the families are read matters, for what was read is taken out of the sight of those that follow:
"songs under 3 minutes" is no length of the playlist, and "no rap" is gone before anyone could hear rap in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import ValidationError

from tonepoem.constraints import length, manner, names, refusals, sound, stages, years
from tonepoem.constraints.names import Lookup, lookup, spelled
from tonepoem.constraints.page import Page, Said
from tonepoem.constraints.stages import Stage
from tonepoem.errors import InputError
from tonepoem.genres import fold
from tonepoem.playlist import Constraints

__all__ = ["Heard", "Lookup", "Said", "Stage", "lookup", "read", "spelled"]


_OF_ALL: Final = ("minutes", "count", "arc")
"""Wishes for the whole where the words divide it into parts."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What rules read in words.

    Attributes:
        constraints: the wishes.
        said: for each wish, in the order of the words, what was read and from which words, for display.
        text: the words that the model should see: without wishes that would mislead it ("25 songs", "no Drake"). What
            carries mood stays ("90s", "170 bpm"). Empty if nothing else was said.
        stages: the parts that the words divide the playlist into, in their order; empty as a rule.
        around: where there are stages, the words that hold for all of them.
    """

    constraints: Constraints
    said: tuple[Said, ...]
    text: str
    stages: tuple[Stage, ...] = ()
    around: str = ""


def read(words: str, artists: Callable[[str], str | None] | Collection[str] = (), *, year: int | None = None) -> Heard:
    """Read the exact wishes in a description.

    Args:
        words: the description.
        artists: names of the artists that are known, or a function that gives an artist's name in its right spelling
            or None. Nobody else is read as an artist. A tuple is indexed once.
        year: the current year, from which "the last five years" count back; today's if not given.

    Raises:
        InputError: a wish that cannot be kept ("minus five songs", "from 2000 to 1990"), or two that contradict each other.
    """
    known = names.lookup(artists)
    year = year or date.today().year
    page = _timed(words, known, year)
    divided = stages.divide(page)
    if divided is None:
        _read(page, known)
        return Heard(constraints=_constraints(page), said=page.said(), text=page.text())
    if not page.stretches:
        manner.read_order(page)
    around = _read(_timed(divided.around, known, year), known)
    own = [_read(_timed(part.words, known, year), known) for part in divided.parts]
    whole = Constraints.model_validate({name: page.wishes[name] for name in _OF_ALL if name in page.wishes})
    texts = (around.text(), *(one.text() for one in own))
    return Heard(
        constraints=_constraints(around).overruled(whole),
        said=(
            *(one for one in page.said() if one.wish in _OF_ALL),
            *(one for one in around.said() if one.wish not in whole.model_fields_set),
        ),
        text=", ".join(filter(None, texts)),
        stages=tuple(
            Stage(part.minutes, part.words, one.text(), _constraints(one)) for part, one in zip(divided.parts, own, strict=True)
        ),
        around=around.text(),
    )


def _timed(words: str, known: Lookup, year: int) -> Page:
    """The words with the wishes about lengths read, which say whether there are parts."""
    page = Page(" ".join(words.split()), year)
    length.read(page, lambda span: names.holds_number(page, span, known))
    return page


def _read(page: Page, known: Lookup) -> Page:
    """The same page with every other wish read."""
    sound.read(page)
    years.read(page)
    refusals.read(page, known)
    refusals.read_free(page)
    names.read(page, known)
    manner.read_order(page)
    manner.read_flags(page)
    manner.read_topics(page)
    _check(page)
    return page


def _constraints(page: Page) -> Constraints:
    try:
        return Constraints.model_validate(page.wishes)
    except ValidationError as error:  # what no rule above names
        raise InputError(f"These wishes cannot be kept: {error.errors()[0]['msg']}.") from error


def _check(page: Page) -> None:
    """What is asked for must not be refused, and an order is one.

    Raises:
        InputError: something is both.
    """
    if page.wishes.get("shuffle") and page.wishes.get("arc"):
        shuffle, arc = (next(said.words for said in page.said() if said.wish == wish) for wish in ("shuffle", "arc"))
        raise InputError(f"“{shuffle}” and “{arc}” contradict each other: keep one of them.")
    for want, refuse, how in (("languages", "not_languages", "in"), ("topics", "not_topics", "about")):
        for both in {*map(fold, page.wishes.get(want, ()))} & {*map(fold, page.wishes.get(refuse, ()))}:
            raise InputError(f"“{how} {both}” and “not {how} {both}” contradict each other: keep one of them.")
    wanted = {fold(name) for name in page.wishes.get("artists", ())}
    for name in page.wishes.get("not_artists", ()):
        if fold(name) in wanted:
            raise InputError(f"“only {name}” and “no {name}” contradict each other: keep one of them.")
