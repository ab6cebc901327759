"""Choosing: which of the candidates make the playlist, what is loosened when too few fit, and why each is there."""

from tonepoem.selection.choice import ARTIST_CAP, TOLERANCE_MS, VARIETY, choose, floor, length_ms
from tonepoem.selection.fitting import INSTRUMENTAL, KIN, fits
from tonepoem.selection.loosening import Loosened, loosenings
from tonepoem.selection.reasons import why
from tonepoem.selection.verify import Each, aloud, each_of, verify, verify_phase
from tonepoem.selection.versions import UNWANTED, asked_versions, core_title, versions

__all__ = [
    "ARTIST_CAP",
    "INSTRUMENTAL",
    "KIN",
    "TOLERANCE_MS",
    "UNWANTED",
    "VARIETY",
    "Each",
    "Loosened",
    "aloud",
    "asked_versions",
    "choose",
    "core_title",
    "each_of",
    "fits",
    "floor",
    "length_ms",
    "loosenings",
    "verify",
    "verify_phase",
    "versions",
    "why",
]
