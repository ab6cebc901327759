"""Which words a feature comes from: those without which it would be another.

Every word is left out once and the rest is heard again; a word's effect on a feature is how far the feature moves, in
standard deviations over popular music. This is attribution by leaving out (Zeiler and Fergus 2014, for pictures; Li, Monroe
and Jurafsky 2016, for words). A feature that is no longer voiced moves to what is typical.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from tonepoem.features import FEATURES, AudioFeatures

LONGEST: Final = 24
"""Words of a description that are tried; a longer one is told by its first."""
LEAST: Final = 0.15
"""Standard deviations that a word must move a feature by to be named."""
SHARE: Final = 0.4
"""Of the strongest word's effect, what another must reach to be named beside it."""
MOST: Final = 3
"""Words that are named for one feature."""
TURNING: Final = frozenset(
    "no not without never nothing less more very too sin sans ohne sem pas nicht kein nada mais plus mehr".split()
)
"""Words that say nothing without the next one, which is named with them."""


def origins(text: str, hear: Callable[[Sequence[str]], Iterable[AudioFeatures]]) -> dict[str, tuple[str, ...]]:
    """The words behind each feature that a text voices.

    Args:
        text: what the model reads.
        hear: the features of each of many texts, in their order; every text holds words.

    Returns:
        Up to three words for each feature in the order of the text, those of :data:`TURNING` with the word behind them,
        neighbours as one phrase. A feature that no single word decides is left out.
    """
    words = [word for word in text.split() if any(map(str.isalnum, word))][:LONGEST]
    if not words:
        return {}
    if len(words) == 1:
        (whole,) = hear([text])
        return dict.fromkeys(whole.voiced(), tuple(words))
    whole, *without = hear([" ".join(words), *(" ".join(words[:place] + words[place + 1 :]) for place in range(len(words)))])
    found = {}
    for name, value in whole.voiced().items():
        feature = FEATURES[name]
        others = (left.voiced().get(name, feature.typical) for left in without)
        effects = [abs(value - other) / feature.spread for other in others]
        floor = max(LEAST, SHARE * max(effects))
        strongest = sorted(range(len(words)), key=lambda place: -effects[place])[:MOST]
        named = {place for place in strongest if effects[place] >= floor}
        turned = {place + 1 for place in named if words[place].lower() in TURNING and place + 1 < len(words)}
        if named:
            found[name] = tuple(_phrases(words, sorted(named | turned)))
    return found


def _phrases(words: Sequence[str], places: Sequence[int]) -> Iterator[str]:
    """The words at some places, neighbours together, without the punctuation around them."""
    for _, run in groupby(enumerate(places), key=lambda item: item[1] - item[0]):
        yield " ".join(words[place] for _, place in run).strip(".,;:!?…\"“”'()")
