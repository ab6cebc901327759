"""Which tokens may come next so that a text stays valid feature text: ``"energy": 0.9, "valence": 0.2``.

The state is the text of the pair begun last and the features that are used up, so it is small and its answers are remembered.
Spaces between names, marks and values count nothing: tokenizers place them as they like. Inside a name or a number there are
none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from tonepoem.features import FEATURES

_ALPHABET: Final = re.compile(r'[a-z_":,.\-0-9]+')
_NUMBER: Final = re.compile(r"-?\d{1,8}(\.\d{1,4})?")
_NUMBER_BEGUN: Final = re.compile(r"-?\d{0,8}(\.\d{0,4})?")
_NULL: Final = "null"


class State(NamedTuple):
    """Where a text stands: the pair begun, what follows the last whole pair, and the features already written."""

    begun: str = ""
    used: frozenset[str] = frozenset()
    comma: bool = False


def advance(state: State, piece: str) -> State | None:
    """The state after some more text, or None if no valid text begins so."""
    begun, used, comma = state
    for letter in piece:
        if letter in ' ,"' and _whole(begun):  # each of them ends a value
            used, begun = used | {_name(begun)}, ""
        if letter == " ":
            if begun and begun[-1] not in '":':  # inside a name or a number
                return None
            continue
        if letter == "," and not begun:
            if comma or not used:
                return None
            comma = True
            continue
        begun += letter
        if not _viable(begun, used):
            return None
        comma = False
    return State(begun, used, comma)


def finished(state: State) -> bool:
    """Whether the text may end here: after a whole pair, with no comma waiting for another."""
    return _whole(state.begun) or (not state.begun and bool(state.used) and not state.comma)


def _name(begun: str) -> str:
    return begun[1:].partition('"')[0]


def _whole(begun: str) -> bool:
    _, colon, value = begun.partition(":")
    return bool(colon) and (value == _NULL or _NUMBER.fullmatch(value) is not None)


def _viable(begun: str, used: frozenset[str]) -> bool:
    head, colon, value = begun.partition(":")
    if not colon:
        return any(f'"{name}"'.startswith(head) for name in FEATURES if name not in used)
    if not head.endswith('"') or _name(begun) not in FEATURES or _name(begun) in used:
        return False
    return _NULL.startswith(value) or _NUMBER_BEGUN.fullmatch(value) is not None


class Grammar:
    """The grammar over one tokenizer's pieces.

    Args:
        pieces: the text of every token, by id; "" for those that must not be written.
        end: id of the token that ends a text.
    """

    def __init__(self, pieces: Sequence[str], end: int) -> None:
        self._pieces = pieces
        self._end = end
        self._usable = [place for place, piece in enumerate(pieces) if _ALPHABET.fullmatch(piece.replace(" ", ""))]
        self.allowed = lru_cache(maxsize=4096)(self._allowed)

    def state(self, tokens: Sequence[int]) -> State:
        """The state after some tokens; tokens that the grammar does not know count nothing."""
        state = State()
        for token in tokens:
            state = advance(state, self._pieces[token]) or state if token < len(self._pieces) else state
        return state

    def _allowed(self, state: State) -> list[int]:
        found = [place for place in self._usable if advance(state, self._pieces[place]) not in (None, state)]
        return [*found, self._end] if finished(state) or not found else found
