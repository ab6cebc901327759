"""What a listener's own tracks mean for a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import catalog_of, track

from tonepoem import composing, library
from tonepoem.errors import ConnectionFailed, InputError, LoginError, NothingFitsError, SettingsError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.library import Listed, Listener, known, likened
from tonepoem.playlist import Constraints, Kept, Phase, Playlist, Reading
from tonepoem.spotify.library import Held

CALM = Reading(description="calm songs", features=AudioFeatures(energy=0.2), confidence={"energy": 0.9})


def songs(count, artist="Artist", **fields):
    return [track(f"Song {n}", f"{artist} {n}", duration_ms=200_000, **{"energy": 0.2, **fields}) for n in range(count)]


# -- the same song


@pytest.mark.parametrize(
    "other",
    [
        track("Other", "Other", uri="spotify:track:1"),
        track("Other", "Other", isrc="usaat2100001"),
        track("HURT", "Johnny  Cash"),
        track("Hurt - 2003 Remaster", "johnny cash"),
        track("Hurt (Live)", artists=("Somebody", "Johnny Cash")),
    ],
)
def test_what_one_has_is_known_again(other):
    assert known([track("Hurt", "Johnny Cash", uri="spotify:track:1", isrc="US-AAT-21-00001")])(other)


@pytest.mark.parametrize(
    "other",
    [track("Hurt", "Nine Inch Nails"), track("Hurt So Good", "Johnny Cash"), track("Other", "Other", uri="spotify:track:2")],
)
def test_what_one_does_not_have_is_not(other):
    assert not known([track("Hurt", "Johnny Cash", uri="spotify:track:1"), track("Nameless", "Nobody")])(other)


text = st.text(min_size=1, max_size=20)


@given(st.lists(st.tuples(text, text), max_size=8), text, text)
def test_every_track_is_known_among_itself(rows, title, artist):
    tracks = [track(*row) for row in rows]
    assert all(map(known(tracks), tracks))
    assert not known(())(track(title, artist))


# -- only these


def test_only_the_list_is_chosen_from_and_wishes_are_kept():
    tracks = [track(f"Song {n}", f"Artist {n}", energy=n / 20, year=1980 + n, duration_ms=200_000) for n in range(20)]
    source = Listed(tracks, catalog_of([]).rank, "mine")
    wants = CALM.model_copy(update={"constraints": Constraints(years=(1985, None))})
    found = source.find(wants, 4)
    assert [candidate.track.year for candidate in found] == [1985, 1986, 1987, 1988]
    playlist = composing.compose(wants, source, length=6, variety=0)
    assert (playlist.source, {choice.track for choice in playlist.tracks} <= set(tracks[5:])) == ("mine", True)


# -- like me


def test_words_come_first_and_taste_fills_what_they_leave_open():
    drawn = likened(CALM, songs(10, energy=0.9, valence=0.8), ["Nick Drake"])
    assert drawn.features.energy == pytest.approx(0.8 * 0.2 + 0.2 * 0.9)
    assert drawn.features.valence == pytest.approx(0.8)
    assert drawn.confidence == {"energy": 0.9, "valence": library.SURE}
    assert drawn.features.tempo is None
    assert drawn.constraints.like_artists == ("Nick Drake",)


def test_too_few_favourites_say_nothing():
    assert likened(CALM, songs(library.LEAST - 1, valence=0.8), []).features == CALM.features


@pytest.mark.parametrize(
    "reading",
    [
        CALM.model_copy(update={"description": "calm jazz"}),
        CALM.model_copy(update={"constraints": Constraints(genres=("jazz",))}),
        CALM.model_copy(update={"constraints": Constraints(like_artists=("Khruangbin",))}),
        CALM.model_copy(update={"constraints": Constraints(artists=("Khruangbin",))}),
    ],
)
def test_who_names_a_style_gets_that_style(reading):
    drawn = likened(reading, songs(10, genres=("metal",)), ["Metallica"])
    assert (drawn.constraints, drawn.genres) == (reading.constraints, reading.genres)


def test_a_style_may_be_named_beside_the_words():
    drawn = likened(CALM, songs(10, genres=("metal",)), ["Metallica"], styled=True)
    assert (drawn.constraints, drawn.genres) == (CALM.constraints, CALM.genres)


def test_genres_of_favourites_count_where_nothing_else_is_said():
    tracks = [*songs(6, genres=("dream pop", "shoegaze")), *songs(3, genres=("dream pop",)), *songs(1, genres=("polka",))]
    assert likened(CALM, tracks, []).genres == ("dream pop", "shoegaze", "polka")


def test_a_value_that_is_set_is_not_moved_and_phases_are_drawn_too():
    phases = (Phase(minutes=10, features=AudioFeatures(energy=0.9)),)
    reading = CALM.model_copy(update={"constraints": Constraints(targets={"energy": 0.2}), "phases": phases})
    drawn = likened(reading, songs(10, energy=0.5, valence=0.5), [])
    assert drawn.features.energy == 0.2
    assert drawn.phases[0].features.valence == 0.5
    drawn = likened(reading.model_copy(update={"constraints": Constraints()}), songs(10, energy=0.5), [])
    assert drawn.phases[0].features.energy == pytest.approx(0.82)


@given(
    st.dictionaries(st.sampled_from(library.TASTE), st.floats(0, 1)),
    st.lists(st.dictionaries(st.sampled_from(library.TASTE), st.floats(0, 1)), max_size=12),
)
def test_whatever_is_liked_the_reading_stays_valid(asked, liked):
    def within(shares):
        return AudioFeatures(**{n: FEATURES[n].low + v * (FEATURES[n].high - FEATURES[n].low) for n, v in shares.items()})

    tracks = [track().model_copy(update={"features": within(shares)}) for shares in liked]
    drawn = likened(CALM.model_copy(update={"features": within(asked)}), tracks, [])
    for name, value in drawn.features.voiced().items():
        assert FEATURES[name].low <= value <= FEATURES[name].high
        assert 0 <= drawn.confidence.get(name, 1) <= 1


# -- a request with what is one's own


class Shelves:
    """An account with a few songs."""

    def __init__(self, saved=(), top=(), artists=()):
        self.held = {"saved": Held(at=0, tracks=tuple(saved)), "top": Held(at=0, tracks=tuple(top), artists=tuple(artists))}
        self.asked = []

    def saved(self):
        self.asked.append("saved")
        return self.held["saved"]

    def playlist(self, target):
        self.asked.append(target)
        return self.held["saved"]

    def favourites(self):
        self.asked.append("favourites")
        return self.held["top"]


def listener(shelves=None, catalog=(), fill=None, error=None):
    def there():
        if error:
            raise error
        return shelves or Shelves()

    made = catalog_of(list(catalog))
    return Listener(there, lambda: made, lambda name: name if name in made.artists() else None, fill)


def asking(new_to_me):
    return CALM.model_copy(update={"constraints": Constraints(new_to_me=new_to_me)})


def test_a_request_without_anything_of_ones_own_asks_nobody():
    shelves = Shelves()
    own = listener(shelves).personal(CALM)
    assert (own.reading, own.source, own.without, own.notes, shelves.asked) == (CALM, None, None, (), [])


@pytest.mark.parametrize("by_option", [True, False])
def test_nothing_that_is_saved(by_option):
    own = listener(Shelves(songs(3))).personal(CALM if by_option else asking(True), new_to_me=by_option)
    assert own.reading.constraints.new_to_me is True
    assert own.without(track("song 1", "ARTIST 1"))
    assert not own.without(track("Song 9", "Artist 9"))
    playlist = Playlist(name="x", reading=own.reading, tracks=(), wishes=(Kept(wish="nothing you have", state="unchecked"),))
    assert own.checked(playlist).wishes == (Kept(wish="nothing you have", state="kept"),)


def test_what_must_not_be_chosen_adds_up():
    own = listener(Shelves(songs(3))).personal(asking(True), without=lambda one: one.title == "Old")
    assert [own.without(track(title, "Artist 1")) for title in ("Old", "Song 1", "New")] == [True, True, False]


def test_only_what_is_saved():
    own = listener(Shelves(songs(3))).personal(asking(False))
    assert {one.track.title for one in own.source.find(CALM, 9)} == {"Song 0", "Song 1", "Song 2"}
    assert own.checked(Playlist(name="x", reading=own.reading, tracks=())).wishes[0].state == "kept"


@pytest.mark.parametrize("error", [LoginError("You are not logged in."), SettingsError("No app is set.")])
@pytest.mark.parametrize("wish", [True, False])
def test_a_wish_of_the_words_without_an_account_is_noted_and_left(error, wish):
    own = listener(error=error).personal(asking(wish), without=lambda one: False)
    assert str(error) in own.notes[0]
    (kept,) = own.checked(Playlist(name="x", reading=own.reading, tracks=())).wishes
    assert (kept.state, kept.how) == ("unchecked", "no Spotify account is logged in")
    assert own.source is None


@pytest.mark.parametrize("error", [LoginError("You are not logged in."), SettingsError("No app is set.")])
@pytest.mark.parametrize(
    ("options", "named"),
    [({"like_me": True}, "--like-me"), ({"new_to_me": True}, "--new-to-me"), ({"among": "liked"}, "--from liked")],
)
def test_an_option_without_an_account_is_a_sentence(error, options, named):
    with pytest.raises(type(error), match=f"{named} needs your Spotify account. {error}"):
        listener(error=error).personal(CALM, **options)


def test_options_that_contradict_each_other_and_words_that_give_way():
    with pytest.raises(InputError, match=r"--new-to-me.*--from liked"):
        listener().personal(CALM, new_to_me=True, among="liked")
    for wish in (True, False):
        own = listener(Shelves(songs(3))).personal(asking(wish), among="liked")
        assert (own.reading.constraints.new_to_me, own.source.name, own.without) == (None, "liked songs", None)


def test_a_list_gets_what_the_catalog_and_others_know(tmp_path):
    bare = [track("Song 1", "Artist 1"), track("Elsewhere", "Somebody", uri="spotify:track:1"), track("Nowhere", "Nobody")]

    def fill(tracks):
        assert [one.title for one in tracks] == ["Elsewhere", "Nowhere"]  # who is known already is not asked about
        known = AudioFeatures(energy=0.4)
        return [one.model_copy(update={"features": known}) if one.uri else one for one in tracks]

    catalog = [track("Song 1", "Artist 1", energy=0.3, genres=("folk",))]
    own = listener(Shelves(bare), catalog, fill).personal(CALM, among="spotify:playlist:x")
    found = {one.track.title: one.track.features.energy for one in own.source.find(CALM, 9)}
    assert found == {"Song 1": pytest.approx(0.3), "Elsewhere": 0.4, "Nowhere": None}


def test_who_does_not_answer_is_noted():
    def fill(tracks):
        raise ConnectionFailed("ReccoBeats could not be reached.")

    own = listener(Shelves(songs(3, energy=None)), fill=fill).personal(CALM, among="liked")
    assert "ReccoBeats could not be reached" in own.notes[0]
    assert len(own.source.find(CALM, 9)) == 3


def test_favourites_draw_the_reading():
    top = [track(f"Top {n}", "Nick Drake") for n in range(6)]
    catalog = [track(f"Top {n}", "Nick Drake", acousticness=0.9) for n in range(6)]
    own = listener(Shelves(top=top, artists=("Nick Drake", "Unknown")), catalog).personal(CALM, like_me=True)
    assert own.reading.features.acousticness == pytest.approx(0.9)
    assert own.reading.constraints.like_artists == ("Nick Drake",)
    assert own.notes == ("The sound of 6 of your 6 favourites is known; as examples: Nick Drake.",)


def test_favourites_are_no_wishes():
    top = [track(f"Top {n}", "Nick Drake", energy=0.2) for n in range(6)]
    own = listener(Shelves(top=top, artists=("Nick Drake",)), top).personal(CALM, like_me=True)
    kept = tuple(Kept(wish=f"like {name}", state="unchecked") for name in ("Nick Drake", "Khruangbin"))
    assert own.checked(Playlist(name="x", reading=own.reading, tracks=(), wishes=kept)).wishes == kept[1:]


def test_favourites_of_which_nothing_is_known_are_said_to_be_of_no_use():
    own = listener(Shelves(top=[track("Top", "Nobody")])).personal(CALM, like_me=True)
    assert (own.reading.features, len(own.notes)) == (CALM.features, 2)


def test_lists_that_are_no_lists(tmp_path, own_place):
    with pytest.raises(NothingFitsError, match="no song"):
        listener(Shelves()).personal(CALM, among="liked")
    with pytest.raises(InputError, match="no file"):
        listener().personal(CALM, among="nothing.json")
    (own_place / "a.txt").write_text("x")
    with pytest.raises(InputError, match="ending"):
        listener().personal(CALM, among="a.txt")
