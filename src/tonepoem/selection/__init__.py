"""Choosing: which of the candidates make the playlist, what is loosened when too few fit, and why each is there."""

from tonepoem.selection.choice import ARTIST_CAP, VARIETY, choose
from tonepoem.selection.fitting import INSTRUMENTAL, KIN, Loosened, fits, loosenings
from tonepoem.selection.reasons import why
from tonepoem.selection.versions import asked_versions, core_title, versions

__all__ = [
    "ARTIST_CAP",
    "INSTRUMENTAL",
    "KIN",
    "VARIETY",
    "Loosened",
    "asked_versions",
    "choose",
    "core_title",
    "fits",
    "loosenings",
    "versions",
    "why",
]
