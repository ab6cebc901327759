"""Say what you want to hear, get a playlist.

    import tonepoem

    reading = tonepoem.describe("calm acoustic songs for studying")
    playlist = tonepoem.compose("calm acoustic songs for studying", length=25)
    playlist.save("study.m3u8")

The names below are the public face. Each is loaded when it is first used, so ``import tonepoem`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tonepoem.api import compose, describe
    from tonepoem.catalog import Catalog
    from tonepoem.errors import (
        AccessError,
        BudgetError,
        CatalogError,
        ConnectionFailed,
        DecodingError,
        DescriptionError,
        InputError,
        LoginError,
        ModelError,
        NothingFitsError,
        OutputError,
        PublishError,
        RateLimitError,
        ServiceError,
        SettingsError,
        TonepoemError,
        UnavailableError,
    )
    from tonepoem.features import FEATURES, AudioFeatures, Feature
    from tonepoem.generator import Generator
    from tonepoem.mapper import SeedParameters, to_seeds
    from tonepoem.parts import SOURCES
    from tonepoem.playlist import Candidate, Choice, Constraints, Kept, Phase, Playlist, Published, Reading, Track
    from tonepoem.settings import Settings
    from tonepoem.spotify import App, Spotify

_ROOMS = {
    "api": "compose describe",
    "catalog": "Catalog",
    "errors": "AccessError BudgetError CatalogError ConnectionFailed DecodingError DescriptionError InputError LoginError "
    "ModelError NothingFitsError OutputError PublishError RateLimitError ServiceError SettingsError TonepoemError "
    "UnavailableError",
    "features": "FEATURES AudioFeatures Feature",
    "generator": "Generator",
    "mapper": "SeedParameters to_seeds",
    "parts": "SOURCES",
    "playlist": "Candidate Choice Constraints Kept Phase Playlist Published Reading Track",
    "settings": "Settings",
    "spotify": "App Spotify",
}
_ROOM = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = [
    "FEATURES",
    "SOURCES",
    "AccessError",
    "App",
    "AudioFeatures",
    "BudgetError",
    "Candidate",
    "Catalog",
    "CatalogError",
    "Choice",
    "ConnectionFailed",
    "Constraints",
    "DecodingError",
    "DescriptionError",
    "Feature",
    "Generator",
    "InputError",
    "Kept",
    "LoginError",
    "ModelError",
    "NothingFitsError",
    "OutputError",
    "Phase",
    "Playlist",
    "PublishError",
    "Published",
    "RateLimitError",
    "Reading",
    "SeedParameters",
    "ServiceError",
    "Settings",
    "SettingsError",
    "Spotify",
    "TonepoemError",
    "Track",
    "UnavailableError",
    "__version__",
    "compose",
    "describe",
    "to_seeds",
]


def __getattr__(name: str) -> Any:
    try:
        room = _ROOM[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(import_module(f"{__name__}.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
