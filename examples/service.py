"""A web service that makes playlists: one model for all threads, and for each user a Spotify login of their own.

    pip install tonepoem fastapi uvicorn
    SPOTIPY_CLIENT_ID=… SPOTIPY_REDIRECT_URI=http://127.0.0.1:8000/callback uvicorn --factory service:create
    curl localhost:8000/playlists --json '{"words": "calm acoustic songs for studying", "length": 10}'

Opening /login in a browser logs its user in; from then on "publish": true puts a playlist on that user's account.
"""

import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Cookie, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from pydantic import BaseModel, Field

import tonepoem
from tonepoem import errors, export

STATUS = {errors.InputError: 422, errors.NothingFitsError: 404, errors.LoginError: 401, errors.AccessError: 403}
STATUS |= {errors.RateLimitError: 429, errors.BudgetError: 429, errors.ServiceError: 502, errors.SettingsError: 501}


class Wanted(BaseModel):
    """What a playlist is asked for with."""

    words: Annotated[str, Field(max_length=2_000)]
    length: Annotated[int, Field(ge=1, le=200)] | None = None
    seed: int = 0
    publish: bool = False


def create(app_of: Callable[[], tonepoem.App] = tonepoem.App.of, patience: float = 300) -> FastAPI:
    """The service. ``app_of`` gives the app registered with Spotify; a login may take ``patience`` seconds."""
    generator, catalog = tonepoem.Generator.load(), tonepoem.Catalog.open()  # once, for all threads
    service, logins, waiting = FastAPI(title="tonepoem"), ThreadPoolExecutor(32, "login"), {}

    def own_app(user: str) -> tonepoem.App:  # with a folder of the user's own, under a name that does not give the user away
        return replace(app := app_of(), home=app.home / "users" / sha256(user.encode()).hexdigest())

    @service.exception_handler(tonepoem.TonepoemError)
    def refused(_: Request, error: tonepoem.TonepoemError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, next((STATUS[kind] for kind in STATUS if isinstance(error, kind)), 500))

    @service.post("/playlists")
    def make(wanted: Wanted, user: Annotated[str, Cookie()] = "") -> dict:
        spotify = tonepoem.Spotify.open(own_app(user)) if wanted.publish else None  # who is not logged in learns it at once
        playlist = tonepoem.compose(wanted.words, wanted.length, generator=generator, source=catalog, seed=wanted.seed)
        return export.document(playlist, playlist.publish(spotify).url if spotify else None)

    @service.get("/login")
    def login(request: Request) -> RedirectResponse:
        user, address, reply = secrets.token_urlsafe(32), Future(), Future()
        # The login hands out an address in its midst, and waits in its thread for what /callback brings.
        ask = lambda url: address.set_result(url) or reply.result(patience)  # noqa: E731
        done = logins.submit(tonepoem.Spotify.login, own_app(user), ask=ask)
        done.add_done_callback(lambda _: address.done() or address.set_exception(done.exception()))
        state = parse_qs(urlsplit(url := address.result()).query)["state"][0]
        waiting[state] = (user, reply, done)
        done.add_done_callback(lambda _: waiting.pop(state, None))
        answer = RedirectResponse(url)
        answer.set_cookie("user", user, 180 * 86_400, httponly=True, samesite="lax", secure=request.url.scheme == "https")
        return answer

    @service.get("/callback")
    def callback(request: Request, state: str, user: Annotated[str, Cookie()] = "") -> PlainTextResponse:
        begun_by, reply, done = waiting.pop(state, ("", None, None))
        if not begun_by or not secrets.compare_digest(begun_by.encode(), user.encode()):
            raise HTTPException(400, "This login is over, or it is another browser's. Open /login again.")
        reply.set_result(str(request.url))
        done.result()  # raises what went wrong
        return PlainTextResponse("You are logged in.")

    return service
