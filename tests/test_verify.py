"""What is said of each wish, held against tracks of which everything is known."""

import pytest
from tracks import track

from tonepoem import constraints
from tonepoem.playlist import Constraints, Kept, Phase
from tonepoem.selection import aloud, loosenings, verify, verify_phase


def told(wishes: Constraints, *tracks, **more) -> list[tuple[str, str, str]]:
    return [(one.wish, one.state, one.how) for one in verify(wishes, tracks, **more)]


def song(number=0, **fields):
    return track(f"Song {number}", f"Artist {number}", **fields)


@pytest.mark.parametrize(
    ("wish", "kept", "broken", "words"),
    [
        ({"years": (1990, 1999)}, {"year": 1995}, {"year": 2001}, "1990–1999"),
        ({"years": (1990, None)}, {"year": 1990}, {"year": 1989}, "from 1990 on"),
        ({"not_years": ((1980, 1989),)}, {"year": 1990}, {"year": 1989}, "not 1980–1989"),
        ({"tempo": (165, 175)}, {"tempo": 165}, {"tempo": 164}, "165–175 BPM"),
        ({"key": 9}, {"key": 9}, {"key": 8}, "in A"),
        ({"mode": 0}, {"mode": 0}, {"mode": 1}, "minor"),
        ({"explicit": False}, {"explicit": False}, {"explicit": True}, "clean"),
        ({"instrumental": True}, {"instrumentalness": 0.5}, {"instrumentalness": 0.49}, "instrumental"),
        ({"instrumental": False}, {"instrumentalness": 0.49}, {"instrumentalness": 0.5}, "with voice"),
        ({"popularity": (0, 35)}, {"popularity": 35}, {"popularity": 36}, "little known"),
        ({"track_minutes": (None, 3.0)}, {"duration_ms": 180_000}, {"duration_ms": 181_000}, "tracks up to 3 minutes"),
        ({"genres": ("rock",)}, {"genres": ("rock",)}, {"genres": ("opera",)}, "genre rock"),
        ({"not_genres": ("rap",)}, {"genres": ("rock",)}, {"genres": ("gangster rap",)}, "no rap"),
        ({"languages": ("fr",)}, {"language": "fr"}, {"language": "en"}, "sung in fr"),
        ({"not_languages": ("en",)}, {"language": "fr"}, {"language": "en"}, "not sung in en"),
    ],
)
def test_a_wish_is_kept_broken_or_not_known(wish, kept, broken, words):
    wishes = Constraints(**wish)
    assert told(wishes, song(1, **kept), song(2, **kept)) == [(words, "kept", "")]
    ((_, state, how),) = told(wishes, song(1, **kept), song(2, **broken))
    assert (state, how[:10]) == ("loosened", "1 of 2 do ")
    ((_, state, how),) = told(wishes, song(1, **kept), song(2))
    assert (state, how.split(" is ")[-1]) == ("unchecked", "not known for 1 of 2") or "it is explicit" in how


def test_artists():
    wishes = Constraints(artists=("Artist 1",), not_artists=("ARTIST 2",))
    assert [state for _, state, _ in told(wishes, song(1))] == ["kept", "kept"]
    assert [state for _, state, _ in told(wishes, song(2))] == ["loosened", "loosened"]
    assert told(Constraints(max_per_artist=1), song(1), song(1)) == [("one song per artist", "loosened", "2 of artist 1")]
    assert told(Constraints(like_artists=("Abba",)), song())[0][:2] == ("like Abba", "unchecked")


def test_what_titles_tell_is_said_to_be_told_by_titles():
    rain = track("Rain (Live)", "A")
    assert told(Constraints(live=True), rain) == [("only live recordings", "kept", "as far as titles tell")]
    assert told(Constraints(live=False), rain)[0][1] == "loosened"
    assert told(Constraints(topics=("rain",)), rain) == [("about rain", "unchecked", "topics are matched on titles only")]
    assert told(Constraints(topics=("sun",)), rain)[0][1] == "loosened"


def test_lengths():
    three = [song(n, duration_ms=200_000) for n in range(3)]
    assert told(Constraints(count=3, minutes=10), *three) == [("3 tracks", "kept", ""), ("10 minutes", "kept", "")]
    assert told(Constraints(minutes=11), *three) == [("11 minutes", "loosened", "10:00 min")]
    assert told(Constraints(count=4), *three) == [("4 tracks", "loosened", "3")]
    assert told(Constraints(minutes=10), *three, song(4))[0][1] == "unchecked"


def test_the_order():
    up = [song(n, energy=n / 10) for n in range(10)]
    wave = [song(n, energy=e) for n, e in enumerate((0.1, 0.9, 0.8, 0.1, 0.1, 0.9, 0.9, 0.2))]
    for arc, tracks in (
        ("rise", up),
        ("fall", up[::-1]),
        ("peak", [*up[::2], *up[::-4]]),
        ("wave", wave),
        ("flat", up[5:7] * 4),
    ):
        assert told(Constraints(arc=arc), *tracks)[0][1] == "kept", arc
    for arc, tracks in (("fall", up), ("rise", up[::-1]), ("flat", up), ("rise", up[5:6] * 5)):
        assert told(Constraints(arc=arc), *tracks)[0][1] == "loosened", arc
    assert told(Constraints(arc="rise"), *up[:3])[0][1] == "unchecked"
    assert told(Constraints(shuffle=True), *up) == [("shuffled", "kept", "")]


def test_targets_are_met_on_average():
    assert told(Constraints(targets={"energy": 0.8}), song(energy=0.7), song(energy=0.9)) == [("energy 0.8", "kept", "")]
    assert told(Constraints(targets={"energy": 0.8}), song(energy=0.2)) == [("energy 0.8", "loosened", "0.2 on average")]
    assert told(Constraints(targets={"key": 3}), song(key=3), song(key=3), song(key=9))[0][1] == "kept"
    assert told(Constraints(targets={"energy": 0.8}), song())[0][1] == "unchecked"


def test_the_library():
    wish = Constraints(new_to_me=True)
    assert told(wish, song()) == [("nothing you have", "unchecked", "your library was not given")]
    assert told(wish, song(), without=lambda _: False) == [("nothing you have", "kept", "")]
    assert told(Constraints(), song(), without=lambda _: True)[0][1] == "loosened"


def test_a_phase_is_told_as_one():
    phase = Phase(minutes=10, words="at 170 bpm", constraints=Constraints(tempo=(165, 175)))
    fast = [song(n, tempo=170, duration_ms=200_000) for n in range(3)]
    assert verify_phase(2, phase, fast) == Kept(wish="phase 2: 10 min at 170 bpm", state="kept")
    assert verify_phase(2, phase, fast[:2]).how == "10 minutes 6:40 min"
    assert verify_phase(2, phase, fast[:2], timed=False).state == "kept"
    assert verify_phase(1, phase, ()).state == "loosened"


def test_two_lines():
    wishes = [
        Kept(wish="a", state="kept"),
        Kept(wish="b", state="loosened", how="2 of 3"),
        Kept(wish="c", state="unchecked", how="x"),
    ]
    assert aloud(wishes) == (("kept", "a"), ("loosened", "b (2 of 3); not checkable: c (x)"))
    assert aloud(wishes[2:]) == (("not checkable", "c (x)"),)
    assert aloud(()) == ()


def test_what_is_refused_is_never_loosened():
    hard = Constraints(
        explicit=False,
        instrumental=True,
        artists=("A",),
        not_artists=("B",),
        not_genres=("rap",),
        not_years=((1980, 1989),),
        not_languages=("en",),
        not_topics=("love",),
        live=False,
        covers=False,
        remixes=False,
        max_per_artist=1,
    )
    assert list(loosenings(hard)) == []
    soft = Constraints(
        popularity=(60, 100), track_minutes=(None, 3), tempo=(100, 110), key=1, years=(1990, 1999), mode=0, genres=("rock",),
        topics=("rain",), remixes=True, covers=True, live=True, languages=("fr",), explicit=True,
    )  # fmt: skip
    steps = list(loosenings(soft))
    assert len({step.what for step in steps}) == len(steps) == 17
    assert set(steps[-1].constraints.spoken()) == {"tempo", "years"}


# -- words in parts


@pytest.mark.parametrize(
    ("words", "parts", "around"),
    [
        ("10 min warm-up, 20 min at 170 bpm, 5 min cool-down", [(10, "warm-up"), (20, "at 170 bpm"), (5, "cool-down")], ""),
        (
            "warm up for 10 minutes, then run at 170 bpm for 20 minutes, then cool down for 5 minutes, no rap",
            [(10, "warm up"), (20, "run at 170 bpm"), (5, "cool down")],
            "no rap",
        ),
        (
            "my run: 10 min easy jazz, 30 min techno and 5 min of ambient",
            [(10, "easy jazz"), (30, "techno"), (5, "ambient")],
            "my run",
        ),
        (
            "a 45 min run: 10 min calm, 30 min techno, 5 min ambient",
            [(10, "calm"), (30, "techno"), (5, "ambient")],
            "45 min run",
        ),
        (
            "start with coffee, end with a dance floor, 2 hours",
            [(None, "coffee"), (None, ""), (None, "a dance floor")],
            "2 hours",
        ),
        ("songs that start with a drum solo", [], ""),
        ("1 hour and 20 minutes of jazz", [], ""),
        ("start slow and build up", [], ""),
    ],
)
def test_words_are_divided(words, parts, around):
    heard = constraints.read(words)
    assert [(stage.minutes, stage.words) for stage in heard.stages] == parts
    if parts:
        total = sum(minutes or 0 for minutes, _ in parts) or 120
        assert heard.constraints.minutes == total
        assert heard.around == constraints.read(around).text


def test_what_holds_for_one_part_holds_for_no_other():
    heard = constraints.read(
        "20 min of 80s rock, 20 min instrumental, 20 min with vocals from the 90s, clean, nothing by Drake", ("Drake",)
    )
    assert heard.constraints.spoken() == {"minutes": 60, "explicit": False, "not_artists": ["Drake"]}
    assert [stage.constraints.spoken() for stage in heard.stages] == [
        {"years": [1980, 1989]},
        {"instrumental": True},
        {"years": [1990, 1999], "instrumental": False},
    ]
