from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import candidate, track

from tonepoem.features import AudioFeatures
from tonepoem.playlist import Constraints, Reading
from tonepoem.selection import asked_versions, choose, core_title, fits, loosenings, versions, why


def titles(chosen) -> list[str]:
    return [one.track.title for one in chosen]


def many(count=200, artists=100, **fields):
    """Candidates whose scores fall slowly and whose sound varies."""
    return [
        candidate(
            f"Song {n}",
            f"Artist {n % artists}",
            score=0.95 - 0.5 * n / count,
            energy=(n * 37 % 100) / 100,
            valence=(n * 61 % 100) / 100,
            duration_ms=150_000 + (n * 7919) % 200_000,
            **fields,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("title", "core", "kinds"),
    [
        ("Hallelujah", "hallelujah", set()),
        ("Heroes - 2017 Remaster", "heroes", set()),
        ("Heroes (Remastered 2017)", "heroes", set()),
        ("Alive - Live at Wembley", "alive", {"live"}),
        ("Live and Let Die", "live and let die", set()),
        ("Live Forever - Demo", "live forever", {"demo"}),
        ("(I Can't Get No) Satisfaction - Mono", "i can t get no satisfaction", set()),
        ("Don't You (Forget About Me)", "don t you forget about me", set()),
        ("Blinding Lights - Sped Up", "blinding lights", {"sped up"}),
        ("Creep - Acoustic", "creep", {"acoustic"}),
        ("Creep (Karaoke Version) [Originally Performed by Radiohead]", "creep", {"karaoke"}),
        ('Blue Monday - 12" Version', "blue monday", {"extended"}),
        ("Promises (with Sam Smith) - Sonny Fodera Remix", "promises", {"remix"}),
        ("One Kiss - Radio Edit", "one kiss", set()),
        ("Strobe - Original Mix", "strobe", set()),
        ("1979", "1979", set()),
        ("Live", "live", set()),
        ("Love - Hate", "love hate", set()),
    ],
)
def test_versions_are_read_from_titles(title, core, kinds):
    assert core_title(title) == core
    assert versions(title) == kinds


@given(st.text(min_size=1))
def test_any_title_has_a_core(title):
    assert isinstance(core_title(title), str)
    assert core_title(title)


def test_no_song_comes_twice():
    twins = [
        candidate("Heroes", "David Bowie", 0.7),
        candidate("Heroes - 2017 Remaster", "David Bowie", 0.9),
        candidate("Heroes (Live at Live Aid)", "David Bowie", 0.95),
        candidate("“Heroes” - Single Version", "David Bowie", 0.6),
        candidate("Heroes", "Peter Gabriel", 0.5),
    ]
    chosen = choose(twins, length=5)
    assert sorted(one.track.artists[0] for one in chosen) == ["David Bowie", "Peter Gabriel"]
    assert "Live" not in " ".join(titles(chosen))


def test_a_live_version_is_taken_where_words_ask_for_it():
    twins = [candidate("Heroes", "David Bowie", 0.9), candidate("Heroes - Live", "David Bowie", 0.7)]
    assert titles(choose(twins, length=1, asked=asked_versions("live bowie concert"))) == ["Heroes - Live"]
    assert titles(choose(twins, length=1)) == ["Heroes"]


def test_karaoke_and_sped_up_copies_are_left_out_unless_asked_for():
    offers = [candidate("Creep - Karaoke Version", "Sing King"), candidate("Creep (Sped Up)", "Fast Band")]
    assert choose(offers, length=5) == ()
    assert titles(choose(offers, length=5, asked=asked_versions("karaoke night"))) == ["Creep - Karaoke Version"]


def test_at_most_two_of_an_artist():
    offers = [candidate(f"Song {n}", "Prolific", 0.9) for n in range(30)] + many(50, 50)
    count = Counter(one.track.artists[0] for one in choose(offers, length=30))
    assert count["Prolific"] == 2
    assert max(count.values()) == 2
    assert len(choose(offers, length=20, max_per_artist=None)) == 20


def test_strangers_never_fill_a_playlist():
    offers = [candidate("Fits", "A", 0.8), candidate("Stranger", "B", 0.1)]
    assert titles(choose(offers, length=10)) == ["Fits"]


def test_a_seed_gives_the_same_playlist_and_another_seed_another_good_one():
    offers = many()
    first, again, other = (titles(choose(offers, length=25, seed=seed)) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    plain = choose(offers, length=25)
    seeded = choose(offers, length=25, seed=8)
    assert sum(one.score for one in seeded) > 0.9 * sum(one.score for one in plain)


def test_the_order_of_the_candidates_does_not_matter():
    offers = many()
    assert choose(offers, length=25) == choose(reversed(offers), length=25)


def spread(chosen) -> float:
    values = [one.track.features.energy for one in chosen]
    mean = sum(values) / len(values)
    return sum(abs(value - mean) for value in values) / len(values)


def test_variety_is_one_knob():
    offers = many(300, 300)
    best = choose(offers, length=20, variety=0)
    assert [one.score for one in best] == sorted((one.score for one in offers), reverse=True)[:20]
    varied = choose(offers, length=20, variety=0.8)
    assert sum(one.score for one in varied) < sum(one.score for one in best)
    near = [candidate(f"Same {n}", f"S{n}", 0.9, energy=0.5, valence=0.5) for n in range(20)]
    assert spread(choose([*near, *many(60, 60)], length=20, variety=0.6)) > spread(
        choose([*near, *many(60, 60)], length=20, variety=0),
    )


@pytest.mark.parametrize("minutes", [10, 30, 60, 47.5, 240])
def test_length_in_minutes(minutes):
    chosen = choose(many(400, 300), minutes=minutes)
    total = sum(one.track.duration_ms for one in chosen)
    assert abs(total - minutes * 60_000) <= 30_000


@given(
    st.lists(st.integers(30_000, 900_000), min_size=1, max_size=40),
    st.floats(1, 200),
)
def test_minutes_are_kept_or_nothing_more_would_fit(lengths, minutes):
    offers = [candidate(f"Song {n}", f"Artist {n}", 0.9, duration_ms=ms) for n, ms in enumerate(lengths)]
    chosen = choose(offers, minutes=minutes)
    total, target = sum(one.track.duration_ms for one in chosen), minutes * 60_000
    assert len(set(titles(chosen))) == len(chosen) >= 1
    if total < target - 30_000:  # each of the rest would carry it further off than one track
        rest = [ms for n, ms in enumerate(lengths) if f"Song {n}" not in titles(chosen)]
        assert all(total + ms > target + 30_000 for ms in rest)
    elif total > target + 30_000:
        assert total - max(one.track.duration_ms for one in chosen) <= target


def test_a_thousand_tracks_take_seconds_at_most():
    assert len(choose(many(6000, 3000), length=1000)) == 1000


@pytest.mark.parametrize(
    ("wish", "kept", "broken"),
    [
        ({"years": (1990, 1999)}, {"year": 1999}, {"year": 2000}),
        ({"years": (None, 1999)}, {"year": 1999}, {"year": 2000}),
        ({"years": (1990, None)}, {"year": 1990}, {"year": 1989}),
        ({"not_years": ((1970, 1979), (1990, 1999))}, {"year": 1980}, {"year": 1990}),
        ({"tempo": (80, 90)}, {"tempo": 90}, {"tempo": 90.5}),
        ({"track_minutes": (None, 3)}, {"duration_ms": 180_000}, {"duration_ms": 180_001}),
        ({"track_minutes": (3, None)}, {"duration_ms": 180_000}, {"duration_ms": 179_999}),
        ({"popularity": (70, 100)}, {"popularity": 70}, {"popularity": 69}),
        ({"languages": ("fr", "it")}, {"language": "it"}, {"language": "en"}),
        ({"not_languages": ("en",)}, {"language": "fr"}, {"language": "en"}),
        ({"live": True}, {"title": "Song - Live"}, {"title": "Song"}),
        ({"live": False}, {"title": "Song"}, {"title": "Song - Live"}),
        ({"remixes": False}, {"title": "Song"}, {"title": "Song - Somebody Remix"}),
        ({"covers": False}, {"title": "Song"}, {"title": "Song (Cover)"}),
        ({"topics": ("dogs",)}, {"title": "Black Dog"}, {"title": "Dogma"}),
        ({"not_topics": ("love",)}, {"title": "Gloves"}, {"title": "Love Me Do"}),
    ],
)
def test_a_wish_is_a_wall(wish, kept, broken):
    assert fits(track(**kept), Constraints(**wish))
    assert not fits(track(**broken), Constraints(**wish))


def test_where_something_is_unknown_a_wish_about_it_is_not_kept():
    unknown = track()
    for wish in (
        {"years": (1990, 1999)},
        {"tempo": (80, 90)},
        {"key": 0},
        {"mode": 1},
        {"explicit": False},
        {"instrumental": True},
        {"genres": ("rock",)},
    ):
        assert not fits(unknown, Constraints(**wish)), wish
    assert fits(unknown, Constraints())
    assert fits(unknown, Constraints(not_genres=("rock",), not_artists=("Someone",)))


def test_loosening_has_a_fixed_order_and_says_what_it_does():
    wishes = Constraints(years=(1990, 1999), tempo=(100, 120), key=9, explicit=False, not_genres=("metal",))
    steps = list(loosenings(wishes))
    assert [step.what for step in steps] == [
        "tempo 100–120 BPM → 96–125",
        "tempo 96–125 BPM → 86–138",
        "key A → any key",
        "years 1990–1999 → 1988–2001",
        "years 1988–2001 → 1983–2006",
    ]
    last = steps[-1].constraints
    assert last.explicit is False
    assert last.not_genres == ("metal",)
    assert list(loosenings(Constraints(explicit=False, artists=("A",)))) == []
    assert next(loosenings(Constraints(years=(None, 1969)))).what == "years up to 1969 → up to 1971"


def test_why_comes_from_the_numbers():
    reading = Reading(
        description="calm acoustic",
        features=AudioFeatures(energy=0.25, acousticness=0.8, valence=0.9),
        confidence={"energy": 0.7, "acousticness": 0.9, "valence": 0.5},
        genres=("folk",),
    )
    one = track(energy=0.2, acousticness=0.85, valence=0.1, tempo=72.4, genres=("pop", "indie folk"))
    assert why(one, reading) == "acoustic 0.85 and calm (energy 0.20) as asked, 72 BPM, indie folk"
    assert why(track(), reading)
    assert "1994" in why(track(year=1994), Reading(description="90s", constraints=Constraints(years=(1990, 1999))))


@pytest.mark.parametrize(
    ("words", "there"), [("calm yoga class", False), ("calm Christmas dinner", True), ("música de navidad", True)]
)
def test_christmas_songs_come_only_when_asked_for(words, there):
    asked = asked_versions(words)
    offered = [candidate(f"Carol {n}", f"Choir {n}", 0.9, genres=("christmas",)) for n in range(3)]
    offered += [candidate(f"Song {n}", f"Singer {n}", 0.7, genres=("folk",)) for n in range(3)]
    chosen = choose(offered, length=3, asked=asked, variety=0)
    assert any("christmas" in one.track.genres for one in chosen) == there


def test_a_live_recording_steps_back_unless_the_words_ask_for_it():
    offers = [candidate("One - Live at the Hall", "A", 0.90), candidate("Two - Demo", "B", 0.89), candidate("Three", "C", 0.88)]
    assert titles(choose(offers, length=1, variety=0)) == ["Three"]
    assert titles(choose(offers, length=1, variety=0, asked=frozenset({"live"}))) == ["One - Live at the Hall"]
    assert titles(choose(offers, length=3, variety=0))[0] == "Three"  # it steps back, and is not shut out


def lasting(*songs) -> list:
    """Candidates, the best first, from artists and minutes."""
    return [
        candidate(f"{artist} {minutes}", artist, 0.9 - n / 100, duration_ms=minutes * 60_000)
        for n, (artist, minutes) in enumerate(songs)
    ]


def test_a_track_makes_room_for_one_whose_length_fits():
    chosen = choose(lasting(("A", 5), ("B", 5), ("C", 4)), minutes=9)
    assert sorted(titles(chosen)) == ["A 5", "C 4"]


def test_a_track_makes_room_for_another_of_its_artist():
    chosen = choose(lasting(("A", 5), ("B", 5), ("A", 4)), minutes=9, max_per_artist=1)
    assert sorted(titles(chosen)) == ["A 4", "B 5"]


def test_a_new_artist_goes_before_a_little_more_of_the_same():
    offers = [("One", "A", 0.9), ("Two", "A", 0.89), ("Three", "B", 0.88), ("Four", "C", 0.5)]
    chosen = choose([candidate(*song, energy=0.5) for song in offers], length=2, variety=0.5, max_per_artist=None)
    assert titles(chosen) == ["One", "Three"]
