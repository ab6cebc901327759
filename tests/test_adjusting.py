"""Changing a playlist as a row of states; nothing here knows a terminal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracks import candidate

from tonepoem import adjusting, composing
from tonepoem.adjusting import COMMANDS, SHIFTS, STEP, Session, act, song
from tonepoem.errors import ConnectionFailed, NothingFitsError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.playlist import Constraints, Phase, Reading


class Shelf:
    """A source that ranks what it has by energy and loudness, and remembers what it was asked."""

    name = "shelf"

    def __init__(self, candidates):
        self.candidates = list(candidates)
        self.asked = []

    def find(self, reading, limit):
        self.asked.append(reading)
        wanted = reading.features.voiced()

        def far(one):
            known = one.track.features.voiced()
            return sum(abs(known[name] - wanted[name]) / FEATURES[name].spread for name in wanted if name in known)

        ranked = sorted(self.candidates, key=far)
        return tuple(one.model_copy(update={"score": max(0.31, 1 - far(one) / 10)}) for one in ranked[:limit])


def shelf(count=120, **fields):
    return Shelf(
        candidate(
            f"Song {n}",
            f"Artist {n}",
            energy=n / count,
            loudness=-30 + 28 * n / count,
            valence=(n * 7 % count) / count,
            tempo=70.0 + n,
            duration_ms=180_000 + 1000 * (n % 60),
            genres=("folk",) if n % 2 else ("techno",),
            **fields,
        )
        for n in range(count)
    )


def started(source, **wishes):
    features = wishes.pop("features", {"energy": 0.3})
    phases = wishes.pop("phases", ())
    reading = Reading(description="words", features=AudioFeatures(**features), constraints=Constraints(**wishes), phases=phases)

    def again(reading, without):
        return composing.compose(reading, source, without=without, name="Mine")

    return Session(again(reading, lambda _: False)), again


def titles(session):
    return [choice.track.title for choice in session.playlist.tracks]


def mean(session, name):
    values = [getattr(choice.track.features, name) for choice in session.playlist.tracks]
    return sum(values) / len(values)


def after(session, again, *commands):
    for command in commands:
        session = act(session, command, again)
    return session


def test_the_cursor_stays_in_the_list():
    session, again = started(shelf(), count=3)
    places = []
    for command in ("up", "down", "down", "down", "up"):
        session = act(session, command, again)
        places.append(session.cursor)
    assert places == [0, 1, 2, 2, 1]
    assert session.before is None


def test_a_dropped_track_makes_place_for_one_and_the_others_stay():
    session, again = started(shelf(), count=10)
    one = after(session, again, "down", "down", "drop")
    before, now = titles(session), titles(one)
    assert len(now) == 10
    assert before[2] not in now
    assert [title for place, title in enumerate(now) if place != 2] == [
        title for place, title in enumerate(before) if place != 2
    ]
    assert one.said == f"“{before[2]}” goes, “{now[2]}” comes."


def test_a_dropped_track_never_returns_in_any_version():
    source = shelf(30)
    source.candidates += [
        one.model_copy(update={"track": one.track.model_copy(update={"title": f"{one.track.title} - Live"})})
        for one in source.candidates
    ]
    session, again = started(source, count=5)
    gone = set()
    for _ in range(20):
        gone.add(song(session.track))
        session = act(session, "drop", again)
        assert gone.isdisjoint(song(choice.track) for choice in session.playlist.tracks)
    assert gone.isdisjoint(song(choice.track) for choice in after(session, again, "louder", "happier").playlist.tracks)


def test_kept_tracks_stay_at_their_places_whatever_is_made_anew():
    session, again = started(shelf(), count=12)
    session = after(session, again, "down", "keep", "down", "down", "down", "keep")
    before = titles(session)
    for command in ("louder", "happier", "faster", "less"):
        cursor_there = act(session, "down", again) if command == "less" else session
        now = titles(act(cursor_there, command, again))
        assert (now[1], now[4]) == (before[1], before[4])
        assert len(now) == len(set(now)) == 12
    assert "may go" in act(session, "keep", again).said


@pytest.mark.parametrize("command", SHIFTS)
def test_a_step_moves_one_target_by_one_step(command):
    name, direction = SHIFTS[command]
    feature = FEATURES[name]
    session, again = started(shelf(), features={"energy": 0.3, name: feature.typical})
    now = act(session, command, again)
    targets, before = now.playlist.reading.features.voiced(), session.playlist.reading.features.voiced()
    assert targets.pop(name) == pytest.approx(before.pop(name) + direction * STEP * feature.spread)
    assert targets == before
    assert now.playlist.reading.confidence[name] == 1
    assert command.capitalize() in now.said
    assert (mean(now, name) - mean(session, name)) * direction > 0


def test_where_the_words_set_no_target_the_playlist_is_the_start():
    session, again = started(shelf())
    heard = mean(session, "loudness")
    assert act(session, "louder", again).playlist.reading.features.loudness == pytest.approx(heard + STEP * 5)


def test_at_the_end_of_the_scale_nothing_is_made():
    source = shelf()
    session, again = started(source, features={"valence": 1.0})
    asked = len(source.asked)
    now = act(session, "happier", again)
    assert (now.playlist, now.said, len(source.asked)) == (session.playlist, "It cannot get happier.", asked)


def test_faster_is_faster_on_the_starter_catalog_though_half_time_is_near(starter):
    session, again = started(starter, features={"energy": 0.4, "tempo": 110})
    tempos = [mean(session, "tempo")]
    for _ in range(3):
        session = act(session, "faster", again)
        tempos.append(mean(session, "tempo"))
    assert tempos == sorted(tempos)
    assert tempos[-1] > tempos[0] + 20


def test_an_exact_tempo_moves_along():
    session, again = started(shelf(), features={"energy": 0.3, "tempo": 120}, tempo=(115, 125), count=5)
    now = act(session, "faster", again)
    assert now.playlist.reading.constraints.tempo == (130, 140)
    assert all(130 <= choice.track.features.tempo <= 140 for choice in now.playlist.tracks)


def test_more_like_this_moves_towards_the_track_and_keeps_it():
    session, again = started(shelf(), features={"energy": 0.3, "loudness": -10}, count=10)
    track = session.track
    now = act(session, "more", again)
    features = now.playlist.reading.features
    assert features.energy == pytest.approx((0.3 + track.features.energy) / 2)
    assert features.loudness == pytest.approx((-10 + track.features.loudness) / 2)
    assert track.genres[0] in now.playlist.reading.genres
    assert now.keeps(track)
    assert titles(now)[0] == track.title


def test_less_of_this_moves_away_and_drops_it():
    session, again = started(shelf(), features={"energy": 0.3, "loudness": -10}, count=10)
    track = session.track
    now = act(session, "less", again)
    assert now.playlist.reading.features.loudness == pytest.approx(
        FEATURES["loudness"].clamp(-10 - (track.features.loudness + 10) / 2)
    )
    assert track.title not in titles(now)
    assert song(track) in now.dropped


def test_undo_takes_back_one_by_one():
    session, again = started(shelf(), count=8)
    now = after(session, again, "down", "keep", "drop", "louder", "more")
    for _ in range(4):
        now = act(now, "undo", again)
    assert (now.playlist, now.kept, now.dropped) == (session.playlist, frozenset(), frozenset())
    assert act(now, "undo", again).said == "Nothing to undo."


def test_minutes_are_kept():
    session, again = started(shelf(), minutes=45)
    assert abs(session.playlist.duration_ms / 60_000 - 45) <= 0.5
    now = after(session, again, "down", "keep", "drop", "louder", "down", "drop", "more")
    assert abs(now.playlist.duration_ms / 60_000 - 45) <= 0.6
    assert [wish.state for wish in now.playlist.wishes] == ["kept"]


def test_phases_stay_phases():
    phases = (
        Phase(minutes=15, words="calm", features=AudioFeatures(energy=0.2)),
        Phase(minutes=15, words="wild", features=AudioFeatures(energy=0.8)),
    )
    session, again = started(shelf(), phases=phases, minutes=30)
    now = after(session, again, "drop", "down", "keep", "louder", "down", "drop")
    start = now.playlist.phase_starts[1]
    energies = [choice.track.features.energy for choice in now.playlist.tracks]
    assert sum(energies[:start]) / start < 0.4 < sum(energies[start:]) / len(energies[start:])
    assert abs(now.playlist.duration_ms / 60_000 - 30) <= 1.5
    assert now.playlist.reading.phases[0].features.loudness is not None


def test_an_artist_does_not_crowd_in():
    source = Shelf(
        candidate(f"Song {n}", f"Artist {n // 4}", energy=0.3, loudness=-10.0 + n / 10, duration_ms=200_000) for n in range(60)
    )
    session, again = started(source, count=10)
    for command in ("keep", "louder", "down", "drop", "drop", "down", "keep", "softer"):
        session = act(session, command, again)
        artists = [choice.track.artists for choice in session.playlist.tracks]
        assert max(map(artists.count, artists)) <= 2


def test_where_nothing_else_fits_it_is_said():
    session, again = started(shelf(3), count=3)
    now = act(session, "drop", again)
    assert (len(now.playlist.tracks), now.said[-22:]) == (2, "and nothing else fits.")
    last = after(now, again, "drop", "drop", "drop")
    assert len(last.playlist.tracks) == 1
    assert "cannot be dropped" in last.said


def test_nothing_that_fits_leaves_it_as_it_was():
    session, _ = started(shelf(), count=3)

    def none(_reading, _without):
        raise NothingFitsError("nothing")

    now = act(session, "louder", none)
    assert now.playlist == session.playlist
    assert now.said.endswith("nothing fits. It stays as it was.")


def test_a_service_that_fails_is_not_hidden():
    session, _ = started(shelf(), count=3)

    def down(_reading, _without):
        raise ConnectionFailed("down")

    with pytest.raises(ConnectionFailed):
        act(session, "louder", down)


@settings(max_examples=20)
@given(st.lists(st.sampled_from(COMMANDS), max_size=9), st.sampled_from([{}, {"count": 6}, {"minutes": 25}]))
def test_any_row_of_commands_leaves_a_playlist(commands, wishes):
    session, again = started(shelf(40), **wishes)
    for command in commands:
        session = act(session, command, again)
        songs = [song(choice.track) for choice in session.playlist.tracks]
        assert songs
        assert len(songs) == len(set(songs))
        assert session.dropped.isdisjoint(songs)
        assert 0 <= session.cursor < len(songs)
    states = 0
    while session.before:
        session, states = session.before, states + 1
    assert states <= len(commands)
    assert adjusting.Session(session.playlist).playlist == session.playlist
