"""The card of a trained model, written from its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from tonepoem import codec
from tonepoem.features import FEATURES
from tonepoem.training.evaluate import CLOSE, Metrics
from tonepoem.training.lexicon import concepts
from tonepoem.training.pairs import PairScore


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a trained model.

    Attributes:
        metrics: its scores on the test split.
        pairs: its scores on the pairs.
        preset: ``compact`` or ``card``.
        recipe: the hyperparameters by name.
        examples: number of requests by split.
        kinds: number of requests in the whole corpus by kind.
    """

    metrics: Metrics
    pairs: tuple[PairScore, ...]
    preset: str
    recipe: Mapping[str, Any]
    examples: Mapping[str, int]
    kinds: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """The figures as ``metrics.json`` holds them."""
        return {
            **asdict(self.metrics),
            "pairs": [asdict(row) for row in self.pairs],
            "training": {"preset": self.preset, "recipe": dict(self.recipe)},
            "corpus": {"splits": dict(self.examples), "kinds": dict(self.kinds)},
        }


_COMPACT: Final = """\
A T5 with the six encoder layers and the width of
[all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2) (Apache-2.0), from which its word
embeddings and encoder started, and {decoder} decoder layer{s}, which started at random. It writes one token for each feature
in a fixed order, so its decoder's distribution at each step is a distribution over the values of one feature: the mean is the
value, the width says how sure the model is. It also names up to five genres.
"""
_CARD: Final = """\
`{base}`, fine-tuned by the published recipe: {epochs} epochs, learning rate {rate:g}, batches of {batch} and
{evaluation_batch}, {accumulation} accumulation steps, cosine schedule with {warmup:.0%} warm-up, {longest} tokens. The
weights that it started from have a licence of their own: see the card of `{base}`.
"""


def card(figures: Figures) -> str:
    """The card as Markdown, with the front matter that model hubs read."""
    metrics = figures.metrics
    return "\n".join(
        (
            _front(figures),
            f"# {metrics.model}\n",
            "Words in, Spotify audio features out: what somebody wants to hear, as numbers that songs can be compared with.\n",
            _what(figures),
            f"Input: `{codec.PREFIX}calm acoustic songs for studying`. Output: "
            '`"energy": 0.2, "acousticness": 0.9, …`, only those features that the words speak of.\n',
            "## Figures\n",
            f"Measured on the {metrics.requests:,} requests of the corpus' test split, whose combinations of concepts are not "
            "in training. Errors are over the requests in which both the label and the model voice the feature.\n",
            feature_table(metrics),
            _shares(metrics),
            "### Confidence\n",
            f"Confidence is the chance that a value lies within {CLOSE} sd of the feature (over popular music) of the label.\n",
            reliability_table(metrics),
            "### Pairs\n",
            'Pairs of requests of which one must be heard higher than the other, such as "not sad" and "sad". Held pairs are '
            "in no corpus.\n",
            pair_table(figures.pairs),
            "## Data\n",
            _data(figures),
            "## Intended use\n",
            "Turning a person's wish for music into aims for choosing tracks: targets for a recommender, a ranking of a "
            "catalog. The values are aims on Spotify's scales, not measurements of any song; they lie further out than what "
            "playlists of the same name average.\n",
            "## Limits\n",
            _LIMITS,
            "## Licence\n",
            _licence(figures),
        )
    )


_LIMITS: Final = """\
- The labels are one team's musical knowledge written down, and the figures above say how well that is learnt, not how well it
  is right. Words mean different things to different listeners.
- It knows English best; Spanish, French, German and Portuguese in common musical words; other languages by names of genres.
- It does not know artists, titles, lyrics or news, and takes their words at face value.
- Exact wishes (years, lengths, "no explicit songs", a number of beats a minute) are better read by rules than by a model.
- Key, bar and length of a track are never voiced.
- Long texts with several turns of negation may be heard the wrong way round; the confidence drops there only in part.
"""


def _front(figures: Figures) -> str:
    languages = "\n".join(f"- {code}" for code in ("en", "es", "fr", "de", "pt"))
    licence = "license: apache-2.0\n" if figures.preset == "compact" else f"base_model: {figures.recipe['base']}\n"
    return f"---\nlanguage:\n{languages}\n{licence}tags:\n- music\n- audio-features\n- t5\n---\n"


def _what(figures: Figures) -> str:
    recipe = figures.recipe
    if figures.preset == "card":
        return _CARD.format_map({**recipe})
    from tonepoem.training.student import DECODER_LAYERS

    text = _COMPACT.format(decoder="one" if DECODER_LAYERS == 1 else DECODER_LAYERS, s="s" if DECODER_LAYERS > 1 else "")
    return f"{text}\nTraining: {recipe['steps']:,} steps of {recipe['batch']} requests, seed {recipe['seed']}.\n"


def feature_table(metrics: Metrics) -> str:
    """Scores by feature, as a Markdown table that reads well as plain text too."""
    rows = [
        (name, f"{s.mae:.3g}", f"{s.mse:.3g}", f"{s.r:.3f}", f"{s.recall:.1%}", f"{s.precision:.1%}", f"{s.count:,}")
        if s.count
        else (name, *5 * ("–",), "0")
        for name, s in metrics.features.items()
    ]
    return table(("feature", "MAE", "MSE", "r", "recall", "precision", "requests"), rows)


def reliability_table(metrics: Metrics) -> str:
    """Answers by confidence."""
    rows = [
        (f"{row.low:.1f} to {row.high:.1f}", f"{row.count:,}", f"{row.close:.1%}", f"{row.error:.3f}")
        for row in metrics.reliability
    ]
    return table(("confidence", "answers", "close", "mean error in sd"), rows)


def pair_table(scores: Sequence[PairScore]) -> str:
    """Pairs the right way round."""
    rows = [
        (score.kind, "held" if score.held else "known", f"{score.right} of {score.count}", f"{score.right / score.count:.1%}")
        for score in scores
    ]
    right, count = sum(score.right for score in scores), sum(score.count for score in scores)
    return table(("pairs", "", "right", "share"), [*rows, ("all", "", f"{right} of {count}", f"{right / count:.1%}")])


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with aligned columns: the first to the left, numbers to the right."""
    widths = [max(3, *(len(row[place]) for row in (header, *rows))) for place in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = [("-" * width if not place else "-" * (width - 1) + ":") for place, width in enumerate(widths)]
    return "\n".join((line(header), f"| {' | '.join(rule)} |", *(line(row) for row in rows))) + "\n"


def _shares(metrics: Metrics) -> str:
    return (
        f"Mean r {metrics.mean_r:.3f}. Valid without repair: {metrics.valid:.2%}. The label's best genre is among the five "
        f"that the model names: {metrics.genre:.1%}.\n"
    )


def _data(figures: Figures) -> str:
    kinds = Counter(concept.kind for concept in concepts())
    others = sum(kinds.values()) - kinds["genre"] - kinds["phrase"]
    total = sum(figures.examples.values())
    splits = ", ".join(f"{count:,} {split}" for split, count in figures.examples.items())
    made = ", ".join(f"{count / total:.0%} {kind}" for kind, count in Counter(figures.kinds).most_common() if count)
    return (
        f"{total:,} requests ({splits}), generated by `tonepoem dataset`: {made}. Their labels come from a lexicon that this "
        f"project wrote from musical knowledge: {kinds['genre']:,} genres, {others:,} moods, activities, places, times, "
        f"instruments, eras and other words, {kinds['phrase']:,} names of playlists, and requests written by hand. Splits are "
        "drawn by the combination of concepts.\n\nThe lexicon and the corpus are the project's own. They hold no Spotify "
        f"content: no track, no value and no playlist was copied. The features are {', '.join(FEATURES)}; of these the model "
        f"voices {len(figures.metrics.features)}. Their scale (what is a middle energy, how far energies spread) is set in "
        "round numbers.\n"
    )


def _licence(figures: Figures) -> str:
    own = "Lexicon and corpus: Apache-2.0, as tonepoem itself.\n"
    if figures.preset == "card":
        return f"Weights: as `{figures.recipe['base']}`, from which they started. {own}"
    return (
        "Weights: Apache-2.0. Word embeddings and encoder started from all-MiniLM-L6-v2 by the sentence-transformers project, "
        f"Apache-2.0; its tokenizer's vocabulary is used too. The decoder started at random. {own}"
    )
