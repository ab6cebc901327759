"""The corpus: natural requests with their features, made from the lexicon, deterministic by seed.

Each example is one JSON object: ``prompt`` and ``completion`` in the published generator's form, and beside them what training
of the shipped model uses: ``mean`` and ``spread`` (aims, in the order of ``TARGETS``, null where nothing is voiced), ``genres``
with their shares, ``kind`` and ``split``.

The label of a request is the product of its concepts' distributions, turned by its grammar, times what the teacher hears in its
words. Splits are drawn by the combination of concepts, so no wording of a test request is in training.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import numpy as np

from tonepoem import codec
from tonepoem.errors import InputError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.training.lexicon import TARGETS, Vector, concepts, of_kind, prior
from tonepoem.training.noise import garbage, mistyped, noisy
from tonepoem.training.pairs import bare, held_out
from tonepoem.training.teacher import Label, Teacher, aims, embedder, framed, product
from tonepoem.training.wording import Part, Request, Speaker, draw

SHARES: Final = (
    ("name", 0.25),
    ("tag", 0.14),
    ("noisy", 0.12),
    ("plain", 0.07),
    ("turned", 0.20),
    ("open", 0.11),
    ("foreign", 0.07),
    ("written", 0.03),
    ("garbage", 0.01),
)
"""What the corpus is made of: bare names, combinations, noisy playlist names, sentences, grammar, open vocabulary, the other
languages, requests written by hand, and texts that speak of nothing."""

TYPOS: Final = 0.07
SPLITS: Final = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled request.

    Attributes:
        text: the request.
        mean: aims in the order of ``TARGETS``, NaN where the request does not speak of the feature.
        spread: spreads of the aims.
        genres: genres with their shares, best first.
        kind: how the text was made.
        split: train, validation or test.
        meaning: plain English words for what the text means, for the sentence embedding to imitate; empty where grammar
            turns words round.
    """

    text: str
    mean: Vector
    spread: Vector
    genres: tuple[tuple[str, float], ...]
    kind: str
    split: str
    meaning: str = ""

    @property
    def features(self) -> AudioFeatures:
        """The aims as audio features."""
        # Rounded as the file holds them, so a row that is read back writes the same text.
        values = {
            name: FEATURES[name].clamp(round(float(v), 4))
            for name, v in zip(TARGETS, self.mean, strict=True)
            if not np.isnan(v)
        }
        return AudioFeatures.model_validate(values)

    def row(self) -> dict[str, Any]:
        """The example as it stands in the file."""
        return {
            "prompt": codec.PREFIX + self.text,
            "completion": codec.encode(self.features, [name for name, _ in self.genres]),
            "mean": [None if np.isnan(value) else round(float(value), 4) for value in self.mean],
            "spread": [None if np.isnan(value) else round(float(value), 4) for value in self.spread],
            "genres": [[name, round(share, 3)] for name, share in self.genres],
            "kind": self.kind,
            "split": self.split,
            "meaning": self.meaning,
        }

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Example:
        """The example that a row of the file holds."""
        mean, spread = (np.array([np.nan if v is None else v for v in row[key]], dtype=float) for key in ("mean", "spread"))
        if not len(mean) == len(spread) == len(TARGETS):
            raise ValueError(f"{len(mean)} means and {len(spread)} spreads instead of {len(TARGETS)}")
        genres = tuple((str(name), float(share)) for name, share in row["genres"])
        return cls(
            str(row["prompt"]).removeprefix(codec.PREFIX),
            mean,
            spread,
            genres,
            str(row["kind"]),
            str(row["split"]),
            str(row["meaning"]),
        )


def split_of(key: str) -> str:
    """The split that a combination of concepts belongs to: four fifths train, a tenth each validation and test."""
    place = hashlib.blake2b(key.encode(), digest_size=4).digest()[0] % 10
    return SPLITS[max(0, place - 7)]


def label_of(parts: Sequence[Part], near: tuple[Vector, Vector] | None = None) -> tuple[Vector, Vector]:
    """The product of the parts' distributions, each turned by its factor, and of what stands near the words.

    A negated genre or instrument says less than a positive one: there are many ways not to be jazz.
    """
    centre, width = prior()
    found = []
    for part, (own, width_of) in zip(parts, framed([part.concept for part in parts]), strict=True):
        mean, spread = np.clip(centre + part.factor * (own - centre), *_BOUNDS), width_of
        if part.factor < 0:
            doubt = 0.45 if part.concept.kind in ("genre", "instrument", "vocal") else 0.8
            mean = np.clip(centre + doubt * (mean - centre), *_BOUNDS)
            spread = np.maximum(spread, 0.4 * width)
        found.append((mean, spread))
    if near is not None:
        found.append(near)
    return product(found)


_BOUNDS: Final = (np.array([FEATURES[name].low for name in TARGETS]), np.array([FEATURES[name].high for name in TARGETS]))


@lru_cache(maxsize=1)
def written() -> tuple[tuple[str, str, Label, str], ...]:
    """The requests written by hand: text, language, label on the scale of aims, and the English twin's text."""
    text = resources.files("tonepoem").joinpath("training", "lexicon", "requests.tsv").read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    columns = header.split("\t")
    _, width = prior()
    found = []
    for line in lines:
        row = dict(zip(columns, line.split("\t"), strict=True))
        mean = np.array([float(row[name]) if row.get(name) else np.nan for name in TARGETS])
        genres = [name.strip() for name in row["genres"].split(";") if name.strip()]
        shares = tuple((name, 0.9 / len(genres)) for name in genres)
        found.append(
            (row["text"], row["lang"], Label(mean, np.where(np.isnan(mean), np.nan, 0.3 * width), shares), row["twin"])
        )
    return tuple(found)


class Corpus:
    """Makes examples.

    Args:
        seed: the same seed gives the same examples.
        shares: what they are made of.
    """

    def __init__(self, seed: int = 0, shares: Sequence[tuple[str, float]] = SHARES) -> None:
        self._shares = shares
        self._chance = random.Random(seed)  # noqa: S311 - not for secrets
        self._speaker = Speaker(self._chance)
        self._teacher = Teacher()
        self._words = embedder().words()
        self._names = [c for c in concepts() if not np.isnan(c.mean).all()]
        self._phrases = of_kind("phrase")
        # Genres have more names than anything else, and each must be heard often enough to be known.
        self._weights = list(accumulate(1.0 + 0.25 * len(concept.aliases) for concept in self._names))

    def examples(self, count: int, report: Callable[[int], None] | None = None, block: int = 4096) -> Iterator[Example]:
        """``count`` examples; ``report`` is told after each block how many there are."""
        made = 0
        while made < count:
            size = min(block, count - made)
            yield from self._block(size)
            made += size
            if report:
                report(made)

    def _block(self, size: int) -> Iterator[Example]:
        kinds = self._chance.choices([kind for kind, _ in self._shares], [share for _, share in self._shares], k=size)
        ready: list[Example] = []
        drafts: list[Request] = []
        for kind in kinds:
            if kind == "garbage":
                ready.append(self._silent(garbage(self._chance)))
            elif kind == "written":
                ready.append(self._by_hand())
            else:
                drafts.append(self._fresh(kind))
        labels = self._label(drafts)
        for draft, label in zip(drafts, labels, strict=True):
            ready.append(self._example(draft, label))
        self._chance.shuffle(ready)
        yield from ready

    def _fresh(self, kind: str) -> Request:
        """A draft that is none of the requests kept for measuring."""
        while bare((draft := self._draft(kind)).text) in held_out():
            pass
        return draft

    def _draft(self, kind: str) -> Request:
        speaker, chance = self._speaker, self._chance
        match kind:
            case "name":
                concept = chance.choices(self._names, cum_weights=self._weights)[0]
                foreign = concept.foreign.get("any", ())
                name = chance.choice(foreign) if foreign and chance.random() < 0.15 else speaker.name(concept)
                return Request(name, (Part(concept),), name, kind)
            case "noisy":
                if chance.random() < 0.5:
                    concept = chance.choice(self._phrases or self._names)
                    inner = Request(concept.name, (Part(concept),), concept.name, kind)
                else:
                    inner = speaker.tag()
                return Request(noisy(chance, inner.text), inner.parts, inner.core, kind)
            case "open":
                text = draw(chance, self._words, 4)
                if chance.random() < 0.6:
                    parts = [text, speaker.tag().text] if chance.random() < 0.5 else [speaker.tag().text, text]
                    text = " ".join(parts)
                return Request(text, (), text, kind)
            case _:
                return getattr(speaker, kind)()  # type: ignore[no-any-return] # foreign, plain, turned, tag

    def _label(self, drafts: Sequence[Request]) -> list[Label]:
        """Labels on the scale of averages. Plain requests are heard by the teacher too; turned ones only by their parts."""
        heard = iter(self._teacher([draft.core for draft in drafts if draft.core]))
        found = []
        for draft in drafts:
            if draft.core:
                label = next(heard)
                if draft.kind == "plain":  # the parts are known exactly, whatever names they were given
                    mean, spread = label_of(draft.parts, (label.mean, 1.5 * label.spread))
                    label = Label(mean, spread, self._teacher.shares([p.concept for p in draft.parts if p.concept.genres]))
                found.append(label)
                continue
            mean, spread = label_of(draft.parts)
            wanted = [part.concept for part in draft.parts if part.factor > 0 and part.concept.genres]
            found.append(Label(mean, spread, self._teacher.shares(wanted)))
        return found

    def _example(self, draft: Request, label: Label) -> Example:
        key = "+".join(sorted(part.concept.name for part in draft.parts)) or draft.core
        # A single name is vocabulary, not a combination: without it in training nobody could know it.
        split = "train" if draft.kind == "name" else split_of(key)
        text = draft.text
        if draft.kind != "name" and self._chance.random() < TYPOS:
            text = mistyped(self._chance, text)
        mean, spread = aims(label)
        voiced = label.voiced()
        meaning = draft.core
        if not meaning and all(part.factor == 1 for part in draft.parts):
            meaning = " ".join(part.concept.name for part in draft.parts)
        mean, spread = np.where(voiced, mean, np.nan), np.where(voiced, spread, np.nan)
        return Example(text, mean, spread, label.genres, draft.kind, split, meaning)

    def _silent(self, text: str) -> Example:
        nothing = np.full(len(TARGETS), np.nan)
        return Example(text, nothing, nothing, (), "garbage", split_of(text))

    def _by_hand(self) -> Example:
        text, _, label, twin = self._chance.choice(written())
        split = split_of(twin or text)  # twins share a split
        if self._chance.random() < TYPOS:
            text = mistyped(self._chance, text)
        return Example(text, label.mean, label.spread, label.genres, "written", split, twin or text)


def write(path: Path, count: int, seed: int = 0, report: Callable[[int], None] | None = None) -> None:
    """Write a corpus as JSON lines, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    temporary = path.with_suffix(path.suffix + ".part")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            for example in Corpus(seed).examples(count, report):
                file.write(json.dumps(example.row(), ensure_ascii=False) + "\n")
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error


def read(path: Path, *, skip_broken: bool = False) -> Iterator[Example]:
    """The examples of a file.

    Args:
        path: JSON lines as :func:`write` makes them.
        skip_broken: leave out lines that cannot be read instead of stopping there.

    Raises:
        InputError: the file cannot be read, or a line of it; the message names its number.
    """
    try:
        with path.open("rb") as file:  # so that bytes that are no UTF-8 are the fault of their line
            for number, line in enumerate(file, start=1):
                try:
                    yield Example.from_row(json.loads(line))
                except (ValueError, KeyError, TypeError, RecursionError) as error:
                    if not skip_broken:
                        why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
                        raise InputError(
                            f"{path}, line {number} is no example: {why}. Mend it, or give --skip-broken.",
                        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Make one with tonepoem dataset.") from error
