"""Every error that tonepoem raises on purpose.

::

    TonepoemError
    ├── InputError            the words, options or files given cannot be used
    │   ├── DescriptionError  no words to read
    │   └── DecodingError     a model's text holds no feature at all
    ├── ModelError            a model folder is missing, damaged, or not a T5
    ├── CatalogError          a catalog or a track table cannot be read or written
    ├── NothingFitsError      no track satisfies the wishes
    ├── OutputError           a result cannot be written
    ├── SettingsError         a setting is missing or wrong
    └── ServiceError          Spotify or ReccoBeats did not do what was asked
        ├── LoginError        no login, or a login that failed or ended
        ├── AccessError       the account or the app may not do this
        ├── UnavailableError  the endpoint is withdrawn for this app
        ├── RateLimitError    too many calls; ``retry_at`` says when to come back
        ├── BudgetError       the call would exceed tonepoem's own daily budget
        ├── ConnectionFailed  no answer: network down, time-out, broken answer
        └── PublishError      a playlist was begun and not finished; ``url`` says where it stands

A message is one sentence that says what happened, and one that says what to do next. It never holds a secret.
Foreign errors are translated where they arise, so a caller needs to catch nothing but ``TonepoemError``.
"""

from datetime import datetime


class TonepoemError(Exception):
    """The root of the tree: catch this to catch everything."""


class InputError(TonepoemError, ValueError):
    """The words, options or files given cannot be used."""


class DescriptionError(InputError):
    """There are no words to read."""


class DecodingError(InputError):
    """A model's text holds no feature at all."""


class ModelError(TonepoemError):
    """A model folder is missing, damaged, or not a T5."""


class CatalogError(TonepoemError):
    """A catalog or a track table cannot be read or written."""


class NothingFitsError(TonepoemError):
    """No track satisfies the wishes, even after loosening them."""


class OutputError(TonepoemError):
    """A result cannot be written."""


class SettingsError(TonepoemError):
    """A setting is missing or wrong."""


class ServiceError(TonepoemError):
    """Spotify or ReccoBeats did not do what was asked."""


class LoginError(ServiceError):
    """There is no login, or it failed or ended."""


class AccessError(ServiceError):
    """The account or the app may not do this."""


class UnavailableError(ServiceError):
    """The endpoint is withdrawn for this app."""


class RateLimitError(ServiceError):
    """Too many calls.

    Attributes:
        retry_at: when the service will answer again, in local time with its zone, or None if it did not say.
    """

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class BudgetError(ServiceError):
    """The call would exceed tonepoem's own daily budget."""


class ConnectionFailed(ServiceError):  # noqa: N818 - reads as what happened
    """No usable answer: the network is down, it took too long, or the answer broke off."""


class PublishError(ServiceError):
    """A playlist was begun and not finished.

    Attributes:
        url: the unfinished playlist's address, or None if it was not created as far as is known.
    """

    def __init__(self, message: str, url: str | None = None) -> None:
        super().__init__(message)
        self.url = url
