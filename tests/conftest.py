"""Every test in a place of its own: no user's home, no ``.env`` of a checkout, no host but this one."""

import os
import socket

import pytest
from ears import Ears
from hypothesis import settings

from tonepoem import api
from tonepoem.catalog import Catalog
from tonepoem.generator import Generator
from tonepoem.settings import NAMES

settings.register_profile("gate", deadline=None)  # the machine is shared: time says nothing
settings.load_profile("gate")


@pytest.fixture(autouse=True)
def own_place(tmp_path_factory, monkeypatch):
    """A home and a working directory of the test's own, and no setting from outside."""
    place = tmp_path_factory.mktemp("place")
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TONEPOEM_HOME", str(place / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(place)
    api._made.cache_clear()
    yield place
    api._made.cache_clear()


@pytest.fixture(autouse=True)
def this_host_alone(monkeypatch):
    """Nothing in this process may connect to another host."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test wanted to connect to {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def starter():
    """The starter catalog, opened once: it is only read."""
    return Catalog.open()


@pytest.fixture
def ears(monkeypatch, starter):
    """A model that hears a few words at once; how often it was loaded, and what it was asked."""
    ears, opened = Ears(), Catalog.open
    monkeypatch.setattr(Generator, "load", ears.load)
    monkeypatch.setattr(Catalog, "open", lambda path=None: opened(path) if path else starter)
    return ears


@pytest.fixture
def environment(own_place):
    """The environment for a process of its own."""
    # A size that the runner of the tests sets for itself is not that of the terminal under test.
    own = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return {**own, "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), own.get("PYTHONPATH", "")])}  # noqa: PTH120
