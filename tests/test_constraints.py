"""Exact wishes in words: what is read, and above all what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tonepoem import constraints

CASES = Path(__file__).parent / "cases" / "constraints.tsv"
YEAR = 2025
ARTISTS = tuple(
    """
    Drake|Khruangbin|Radiohead|Tame Impala|Nina Simone|Bon Iver|Phoebe Bridgers|Daft Punk|Édith Piaf|Metallica|The Rolling Stones|
    Beyoncé|The Police|The Cure|Boston|Prince|Stromae|ROSALÍA|Rammstein|Rihanna|Simon & Garfunkel|ABBA|Earth, Wind & Fire|
    Tyler, The Creator|Kendrick Lamar|Adele|The Beatles|Taylor Swift|Queen|Heart|AC/DC|Guns N' Roses|Bob Marley & The Wailers|Yes|
    Kanye West|Coldplay|Ed Sheeran|Maroon 5|Bad Bunny|Anitta|Fleetwood Mac|50 Cent|No Doubt|The Doors|The Cars|Chicago|Europe|
    America|Train|Common|Future|Free|Air|Love|Them|Sleep|Space|Focus|Next|LIVE|James|Joe|Eve|X|CAN|HIM|WAR|Rush|KISS|Hole|Guy|
    Madness|Journey|Culture|College|Rainbow|Thursday|Television|The Band|The Who|The Fall|The Family|The Face|HOME|Pulp|Blur|
    Oasis|Garbage|Muse|The Killers|Talking Heads|Green Day|Brand New|Black Coffee|Beach House|All Time Low|Bad Company|The 1975|
    One Direction|Twenty One Pilots|Blondie|Pet Shop Boys|Take That|The Rain|The Sea|Summer|Sunday|Heaven|Kids|The End|Rome|Paris|
    Cream|Sting|Slash|Seal|Pink|Moby|Dido|Usher|Nas|Sade|Cher|Enya|Björk|U2|R.E.M.|Jay-Z|Run–D.M.C.|Disco|Rap|House|Mercy|Worry
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def cases(path: Path = CASES) -> list[tuple[str, dict[str, object]]]:
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        words, _, wishes = line.partition("\t")
        pairs = (wish.split("=", 1) for wish in wishes.split("; ") if wish.strip())
        rows.append((words, {name: json.loads(value) for name, value in pairs}))
    return rows


@pytest.mark.parametrize(("words", "wishes"), cases(), ids=[words for words, _ in cases()])
def test_every_wish_is_read_and_nothing_else(words, wishes):
    assert constraints.read(words, ARTISTS, year=YEAR).constraints.spoken() == wishes
