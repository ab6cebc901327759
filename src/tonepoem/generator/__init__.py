"""Words to audio features: one T5 behind one interface, by either of two runtimes.

- :mod:`~tonepoem.generator.compact` runs the shipped model by CTranslate2, int8, without torch.
- :mod:`~tonepoem.generator.checkpoint` runs any T5 checkpoint of the published form by transformers.

Either way what comes out is valid: :class:`tonepoem.features.AudioFeatures` cannot hold anything else.
"""

from __future__ import annotations

import os
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from tonepoem.errors import DescriptionError
from tonepoem.features import AudioFeatures
from tonepoem.generator import folder
from tonepoem.playlist import Reading

__all__ = ["Generator", "Heard", "Runtime"]

BATCH: Final = 256
_LONGEST: Final = 2_000  # characters of a description that are read; 256 tokens hold fewer

_SHOWN: Final = """
hype 🔥|love ❤♥💖💕|heartbreak 💔|party 🎉🥳🪩|dance 💃🕺|workout 🏋💪|running 🏃|meditation 🧘|sleep 😴💤|sad 😢😭
happy 😀😃😄😊|angry 😡🤬|rock 🤘🎸|piano 🎹|violin 🎻|saxophone 🎷|trumpet 🎺|drums 🥁|study 📚|dinner 🍷
driving 🚗🏎|beach 🏖🏝|summer 🌴☀🌞|rain 🌧☔|winter ❄☃|sunset 🌅🌇|night 🌙🌃|christmas 🎄🎅|halloween 🎃
space 🚀🌌|country 🤠|chill 😌😎|romantic 😍🥰|loud 🔊|coffee ☕|cooking 🍳
"""
PICTURES: Final = MappingProxyType(
    {picture: shown.split()[0] for shown in _SHOWN.strip().replace("\n", "|").split("|") for picture in shown.split()[1]}
)
"""What a picture says to somebody who looks for music, where its Unicode name says it less well."""

ORNAMENTS: Final = frozenset("🔥✨❤♥💖💕💜💙💚🖤💯⭐🌟💫💎✅🎧🎵🎶🔊🎼♀♂")
"""Pictures that decorate: beside words they say nothing."""

_MODIFIERS: Final = frozenset("\ufe0e\ufe0f🏻🏼🏽🏾🏿")  # how a picture is drawn: as text or in colours, and which skin


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model hears in one text.

    Attributes:
        features: what it voices.
        confidence: 0 to 1 for each of them, by name.
        genres: up to five genres, best first.
        notes: what had to be repaired.
    """

    features: AudioFeatures
    confidence: dict[str, float] = field(default_factory=dict)
    genres: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Runtime(Protocol):
    """Whatever runs a model."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    def hear(self, texts: Sequence[str]) -> list[Heard]:
        """What is heard in each text. Safe to call from several threads."""
        ...


class Generator:
    """Turns descriptions into audio features. Safe to share between threads; load it once.

    Use :meth:`load`, or hand in a runtime of your own.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @classmethod
    def load(cls, model: str | os.PathLike[str] | None = None) -> Generator:
        """Load a model.

        Args:
            model: a folder, or a hub id, of any T5 that writes audio features; the shipped model without one.

        Raises:
            ModelError: it is missing, damaged, or no T5.
        """
        if model is None:
            place = folder.shipped()
        elif (given := Path(model)).is_dir():
            place = given
        else:
            from tonepoem.generator.checkpoint import Checkpoint

            return cls(Checkpoint(str(model)))
        if folder.is_compact(place):
            from tonepoem.generator.compact import Compact

            return cls(Compact(place))
        from tonepoem.generator.checkpoint import Checkpoint

        return cls(Checkpoint(str(place)))

    @property
    def name(self) -> str:
        """The model's name."""
        return self._runtime.name

    def describe(self, text: str) -> Reading:
        """What is heard in a description.

        Raises:
            DescriptionError: the text holds no words.
        """
        return self._read((text,), 1)[0]

    def describe_all(self, texts: Iterable[str]) -> Iterator[Reading]:
        """What is heard in each of many descriptions, in their order, read in batches.

        Raises:
            DescriptionError: a text holds no words; the message says which.
        """
        stream = iter(texts)
        waiting: deque[Future[list[Reading]]] = deque()
        with ThreadPoolExecutor(max_workers=1) as ahead:  # the model reads a batch while the caller works on the one before
            for first in count(1, BATCH):
                if some := list(islice(stream, BATCH)):
                    waiting.append(ahead.submit(self._read, some, first))
                if len(waiting) > 1 or (waiting and not some):
                    yield from waiting.popleft().result()
                elif not some:
                    return

    def origins(self, text: str) -> dict[str, tuple[str, ...]]:
        """The words behind each feature that is heard in a description; see :mod:`tonepoem.generator.attribution`.

        Raises:
            DescriptionError: the text holds no words.
        """
        from tonepoem.generator import attribution

        return attribution.origins(legible(text), lambda texts: [reading.features for reading in self._read(texts, 1)])

    def _read(self, texts: Sequence[str], first: int) -> list[Reading]:
        """What is heard in the texts, which are numbered from ``first`` on."""
        ready = [legible(text) for text in texts]
        if "" in ready:
            number = first + ready.index("")
            which = f"Description {number} holds" if number > 1 else "The description holds"
            raise DescriptionError(f"{which} no words. Say what you want to hear, like “calm songs for studying”.")
        return [
            Reading(
                description=text,
                features=heard.features,
                confidence=heard.confidence,
                genres=heard.genres,
                model=self.name,
                notes=heard.notes,
            )
            for text, heard in zip(texts, self._runtime.hear(ready), strict=True)
        ]


def legible(text: str) -> str:
    """A description as the model reads it: no control characters, one space between words, pictures in words.

    A picture says what it shows, so a rain cloud is read as "rain"; beside words, ornaments are left out.
    """
    text = unicodedata.normalize("NFKC", text[:_LONGEST])
    plain = not any(map(str.isalnum, text))  # nothing but pictures
    letters = []
    for letter in text:
        kind = unicodedata.category(letter)
        if kind == "So":
            if plain or letter not in ORNAMENTS:
                letters.append(f" {PICTURES.get(letter) or unicodedata.name(letter, '').lower()} ")
        elif letter in _MODIFIERS:
            continue
        elif kind[0] == "C":
            letters.append(" " if letter in "\t\n\r\v\f" else "")
        else:
            letters.append(letter)
    words = " ".join("".join(letters).split())
    return words if any(letter.isalnum() for letter in words) else ""
