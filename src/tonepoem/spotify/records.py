"""A folder of small records, one JSON file each, each written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from tonepoem.errors import OutputError
from tonepoem.export import write_whole

Record = TypeVar("Record", bound=BaseModel)


class Records(Generic[Record]):
    """Records of one type.

    Args:
        folder: where they stand, made when it is first needed.
        kind: their type.
    """

    def __init__(self, folder: Path, kind: type[Record]) -> None:
        self._folder, self._kind = folder, kind

    def write(self, name: str, record: Record) -> None:
        """Keep a record under a name, in the place of what stood there.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(
                f"{self._folder} cannot be made: {error.strerror}. Set TONEPOEM_HOME to a folder that can be written."
            ) from error
        write_whole(self._folder / f"{name}.json", record.model_dump_json(exclude_defaults=True).encode())

    def delete(self, name: str) -> None:
        """Forget a record, if it is there."""
        (self._folder / f"{name}.json").unlink(missing_ok=True)

    def get(self, name: str) -> Record | None:
        """The record of a name, or None: there is none, or what another version or a full disk left cannot be read."""
        try:
            return self._kind.model_validate_json((self._folder / f"{name}.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def read(self) -> list[Record]:
        """All records that can be read."""
        return [record for path in self._folder.glob("*.json") if (record := self.get(path.stem)) is not None]
