"""Model folders: where the shipped one lies, and whether a folder is whole."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

from tonepoem.errors import ModelError

WEIGHTS: Final = "model.bin"
TOKENIZER: Final = "tokenizer.json"
VOCABULARY: Final = "target_vocabulary.json"
CALIBRATION: Final = "calibration.json"
CHECKSUMS: Final = "checksums.json"


def shipped() -> Path:
    """The folder of the model that ships with the package."""
    return Path(str(resources.files("tonepoem"))) / "data" / "model"


def is_compact(place: Path) -> bool:
    """Whether a folder holds a model of the shipped kind, whole or not."""
    return (place / WEIGHTS).exists() or (place / CHECKSUMS).exists() or place == shipped()


def load_json(place: Path, name: str) -> Any:
    """A JSON file of a model folder.

    Raises:
        ModelError: it is missing or broken.
    """
    try:
        return json.loads((place / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The model folder {place} is damaged: {name} cannot be read. {_MEND}") from error


def check(place: Path) -> str:
    """Compare every small file of a folder with its checksum, and the weights by their size.

    The weights' own checksum takes as long as loading them, so it is left to :func:`verify`.

    Returns:
        The weights' checksum, which names this version of the model.

    Raises:
        ModelError: a file is missing or differs.
    """
    table = load_json(place, CHECKSUMS)
    try:
        weights, size = table["files"][WEIGHTS], table["bytes"][WEIGHTS]
        for name, wanted in table["files"].items():
            path = place / name
            whole = path.stat().st_size == size if name == WEIGHTS else digest(path) == wanted
            if not whole:
                raise ModelError(f"The model folder {place} is damaged: {name} differs from its checksum. {_MEND}")
    except (OSError, KeyError, TypeError) as error:
        raise ModelError(f"The model folder {place} is damaged: a file is missing. {_MEND}") from error
    return str(weights)


def verify(place: Path) -> None:
    """Compare the weights with their checksum too.

    Raises:
        ModelError: a file is missing or differs.
    """
    if check(place) != digest(place / WEIGHTS):
        raise ModelError(f"The model folder {place} is damaged: {WEIGHTS} differs from its checksum. {_MEND}")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checksum(model: str | None) -> str:
    """What names the version of a model: of the shipped kind its weights' checksum, else a digest of its files.

    Args:
        model: a folder or a hub id; None for the shipped model.

    Raises:
        ModelError: it is missing or damaged.
    """
    place = Path(model) if model else shipped()
    if is_compact(place):
        return check(place)
    if not place.is_dir():
        from huggingface_hub import try_to_load_from_cache

        try:
            found = try_to_load_from_cache(str(model), "config.json")
        except ValueError:  # it has not the form of a hub id
            found = None
        if not isinstance(found, str):
            raise ModelError(f"There is no model {model} on this machine. Give a T5 folder or hub id with --model.")
        return Path(found).parent.name  # the commit
    whole = hashlib.sha256()
    try:
        for path in sorted(path for path in place.iterdir() if path.is_file()):
            with path.open("rb") as file:
                whole.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise ModelError(f"The model folder {place} cannot be read: {error.strerror}. {_MEND}") from error
    return whole.hexdigest()


def write_checksums(place: Path) -> None:
    """Write checksums and sizes of all files of a folder."""
    paths = [path for path in sorted(place.iterdir()) if path.is_file() and path.name != CHECKSUMS]
    table = {
        "files": {path.name: digest(path) for path in paths},
        "bytes": {path.name: path.stat().st_size for path in paths},
    }
    (place / CHECKSUMS).write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


_MEND: Final = "Reinstall tonepoem, or give another model with --model."
