from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonepoem import genres, kinship
from tonepoem.features import FEATURES
from tonepoem.spellings import Spellings, write_spellings

NAMES = st.sampled_from(sorted(genres.genres()))


def test_names_and_aliases_are_found_in_any_spelling():
    for genre in genres.genres().values():
        found = genres.find(genre.name.upper().replace(" ", "-"))
        assert found is not None
        assert found is genres.find(genre.name)
        assert genres.fold(found.name).replace(" ", "") == genres.fold(genre.name).replace(" ", "")
    assert genres.find("Hip-Hop") is genres.find("hiphop") is genres.find("HIP HOP")
    assert genres.find("R&B") is genres.find("r & b") is genres.find("rnb")
    assert genres.find("Forró") is genres.find("forro")


def test_no_name_and_no_alias_means_two_genres():
    meant = defaultdict(set)
    for genre in genres.genres().values():
        for name in (genre.name, *genre.aliases):
            meant[genres.fold(name).replace(" ", "")].add(genres.find(genre.name).name)
    assert {name: who for name, who in meant.items() if len(who) > 1} == {}


def test_a_genre_that_stands_twice_in_the_list_is_known_by_one_name():
    assert genres.find("synth-pop") is genres.find("synthpop") is genres.find("Synth Pop")
    assert genres.find("ethio jazz").name == "ethio-jazz"
    assert genres.named("ethio jazz and synth-pop") == ("ethio-jazz", "synthpop")
    assert kinship.affinity(["synth-pop"], "synthpop") == 1


def test_spellings_that_a_build_wrote_are_read_as_they_were():
    table = genres.spellings()
    built = Spellings("".join(f"{line}\n" for line in write_spellings(table)).encode())
    for key, name in table.items():
        assert built.get(key) == name
        assert built.get(f"{key}!") is None
        assert built.get(key[:-1]) == table.get(key[:-1])
    assert Spellings(b"").get("jazz") is None
    assert isinstance(genres._by_spelling(), Spellings)  # what the build made is of today, and in use


@given(st.text())
def test_any_text_can_be_looked_up(text):
    found = genres.find(text)
    assert found is None or found.name in genres.genres()
    assert kinship.affinity(["rock"], text) is None or 0 <= kinship.affinity(["rock"], text) <= 1


def test_values_lie_in_the_ranges_of_the_feature_table():
    for genre in genres.genres().values():
        for name, value in genre.features.items():
            assert FEATURES[name].low <= value <= FEATURES[name].high, (genre.name, name)
        assert genre.major is None or 0 <= genre.major <= 1


def test_genres_are_heard_by_name_in_a_text():
    assert genres.named("90s Hip-Hop cookout, no slow songs")[0] in {"hip hop", "90s hip hop", "boom bap"}
    assert genres.named("heavy rain and old jazz") == ("jazz",)
    assert genres.named("alternative hip hop for running") == ("alternative hip hop",)
    assert genres.named("Death Metal, then bossa nova") == ("death metal", "bossa nova")
    assert genres.named("something for the evening") == ()
    assert genres.named("lullabies for a newborn") == ("lullaby",)
    assert genres.named("children's songs for a car trip") == ("children's music",)
    assert genres.named("quiet jazz trio late at night") == ("jazz trio",)
    assert genres.named("epic film music") == ("orchestral soundtrack",)


def test_a_name_ends_where_a_list_goes_on():
    assert genres.named("folk rock") == ("folk rock",)
    assert genres.named("folk, rock") == genres.named("folk / rock") == genres.named("Folk | Rock") == ("folk", "rock")
    assert genres.named("Latin, hip hop (and R&B)") == ("latin", "hip hop", "r&b")


@given(NAMES, NAMES)
def test_kinship_is_a_share_symmetric_and_whole_for_itself(one, other):
    assert kinship.kinship(one)[one] == 1
    assert 0 <= kinship.kinship(one)[other] <= 1
    assert kinship.kinship(one)[other] == kinship.kinship(other)[one]


@pytest.mark.parametrize(
    ("genre", "near", "far"),
    [
        ("hard rock", "classic rock", "bossa nova"),
        ("death metal", "black metal", "lullaby"),
        ("deep house", "house", "classical"),
        ("bluegrass", "country", "techno"),
        ("classical", "baroque", "trap"),
        ("hip hop", "boom bap", "folk"),
        ("hip hop", "southern hip hop", "czech hip hop"),
        ("reggaeton", "dembow", "bluegrass"),
        ("indie pop", "indie rock", "death metal"),
        ("acoustic pop", "singer-songwriter", "sad rap"),
        ("metal", "hard rock", "indie rock"),
        ("soul", "blues", "polka"),
        ("r&b", "hip hop", "house"),
        ("pop", "soft rock", "bossa nova"),
        ("lo-fi beats", "hip hop", "neo soul"),
    ],
)
def test_kin_are_nearer_than_strangers(genre, near, far):
    kin = kinship.kinship(genre)
    assert kin[genres.find(near).name] > kin[genres.find(far).name]


@pytest.mark.parametrize(
    ("genre", "home", "elsewhere"),
    [
        ("french pop", "chanson", "pop"),
        ("french pop", "ye ye", "pop"),
        ("french pop", "variété française", "german pop"),
        ("samba", "mpb", "salsa"),
        ("mpb", "bossa nova", "jazz"),
        ("k-pop", "korean ballad", "j-pop"),
        ("german pop", "schlager", "pop"),
        ("j-pop", "city pop", "k-pop"),
        ("rebetiko", "entehno", "fado"),
        ("soukous", "ndombolo dance", "benga"),
        ("ranchera", "mariachi", "salsa"),
    ],
)
def test_a_genre_is_nearer_to_those_of_its_own_place(genre, home, elsewhere):
    assert kinship.affinity([genre], home) > kinship.affinity([genre], elsewhere)


@pytest.mark.parametrize("label", ["chanson", "ye ye", "variété", "nouvelle chanson française", "french 80s pop"])
def test_songs_in_french_answer_a_wish_for_french_pop(label):
    assert kinship.affinity(["french pop"], label) > 0.5


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [("latin", "salsa"), ("latin", "reggaeton"), ("electronic", "techno"), ("r&b", "soul"), ("rock", "grunge")],
)
def test_a_whole_family_is_answered_by_its_members_and_not_the_other_way_round(wide, narrow):
    assert kinship.affinity([wide], narrow) > 0.65
    assert kinship.affinity([wide], narrow) > kinship.affinity([narrow], wide)


def test_a_genre_without_a_place_does_not_mean_the_music_of_one():
    for wanted, label in (("pop", "french pop"), ("hip hop", "polish hip hop"), ("rock", "german rock")):
        assert kinship.affinity([wanted], label) <= 0.5


def test_a_shared_place_does_not_make_another_style_the_same():
    for wanted, label in (("french pop", "french metal"), ("german pop", "german punk"), ("reggaeton", "mariachi")):
        assert kinship.affinity([wanted], label) < 0.4


def test_genres_without_a_place_are_compared_by_family_words_and_sound_alone():
    assert genres.find("death metal").places == genres.find("black metal").places == frozenset()
    assert kinship.affinity(["death metal"], "technical death metal") > 0.9
    assert kinship.affinity(["death metal"], "black metal") > kinship.affinity(["death metal"], "swedish metal")
    assert kinship.affinity(["hip hop"], "east coast hip hop") > kinship.affinity(["hip hop"], "french hip hop")


def test_places_stand_in_the_list():
    assert genres.find("chanson").places == {"french"}
    assert genres.find("cumbia").places == {"colombian", "latin", "mexican"}
    assert genres.find("gqom").places == {"african", "south african"}
    for genre in genres.genres().values():
        assert all(place == place.strip().lower() != "" for place in genre.places), genre.name
        if kinship.words(genre.name) & kinship._PLACES:
            assert genre.places, f"{genre.name}: its name tells a place, its row does not"


def test_affinity_takes_the_nearest_wanted_genre_and_counts_later_ones_less():
    assert kinship.affinity(["jazz"], "jazz") == 1
    assert kinship.affinity(["metal", "jazz"], "jazz") == pytest.approx(0.95)
    assert kinship.affinity(["jazz", "metal"], "jazz") == 1


def test_unknown_labels_are_compared_by_their_words_or_not_at_all():
    assert kinship.affinity(["jazz"], "underwater jazz") > kinship.affinity(["metal"], "underwater jazz")
    assert kinship.affinity(["city pop"], "hip pop") == pytest.approx(0.8 * kinship.affinity(["city pop"], "pop"))
    assert kinship.affinity(["jazz"], "qwertz") is None
    assert kinship.affinity([], "jazz") is None


def test_what_a_no_covers():
    assert "death metal" in kinship.covered("metal")
    assert "metalcore" in kinship.covered("metal")
    assert "boom bap" in kinship.covered("rap")
    assert "folk" not in kinship.covered("rock")
    assert kinship.within("Bro-Country", ["country"])
    assert kinship.within("underwater jazz", ["jazz"])
    assert not kinship.within("jazz", ["country", "metal"])
    assert kinship.covered("no such thing at all") == frozenset()
