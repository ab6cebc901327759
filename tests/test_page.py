"""The page of a playlist, the cells of a notebook and the figures, as documents; a browser looks at the page elsewhere."""

import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracks import track

from tonepoem import page, plots
from tonepoem.errors import SettingsError
from tonepoem.features import AudioFeatures
from tonepoem.page.links import address
from tonepoem.page.markup import Markup, element, join
from tonepoem.page.measures import AXES, compare, way
from tonepoem.playlist import Choice, Kept, Phase, Playlist, Reading

URI = "spotify:track:0123456789abcdefghijkl"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"' $\\frac{ $ & \x00 \u202e end"


def made(*tracks, **fields):
    reading = fields.pop("reading", None) or Reading(
        description="calm songs for a rainy day",
        features=AudioFeatures(energy=0.2, tempo=90, mode=0),
        confidence={"energy": 0.9},
        genres=("folk",),
    )
    choices = tuple(Choice(track=one, score=0.5, why="calm 0.20 as asked") for one in tracks)
    return Playlist(name=fields.pop("name", "Rain"), reading=reading, tracks=choices, **fields)


SONGS = (
    track("Pink Moon", "Nick Drake", year=1972, album="Pink Moon", duration_ms=120_000, uri=URI, energy=0.2, mode=1),
    track("River Man", "Nick Drake", duration_ms=240_000, energy=0.4, mode=0, tempo=100),
    track("Unheard", "Nobody"),
)


class Outline(HTMLParser):
    """The elements and texts of a document."""

    EMPTY = frozenset({"meta", "link", "br"})

    def __init__(self, document):
        super().__init__()
        self.elements, self.texts, self._open, self.crossed = [], [], [], False
        self.feed(document)
        self.close()
        self.whole = not self._open and not self.crossed

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        self.crossed |= not self._open or self._open.pop() != tag

    def handle_data(self, text):
        self.texts.append(text)


def test_the_page_says_what_was_asked_got_and_wished():
    wishes = (Kept(wish="20 songs", state="loosened", how="there are 3"), Kept(wish="no Drake", state="kept"))
    outline = Outline(page.render(made(*SONGS, wishes=wishes, relaxed=("years: +2 tracks",))))
    text = " ".join(" ".join(outline.texts).split())
    assert outline.whole
    for part in (
        "Rain",
        "calm songs for a rainy day",
        "3 tracks",
        "energy 0.20 90% 0.30",
        "tempo 90 BPM – 100 BPM",
        "mode minor – major (50%)",
        "20 songs ≈ loosened there are 3",
        "no Drake ✓ kept",
        "years: +2 tracks",
        "Pink Moon Nick Drake Pink Moon , 1972 calm 0.20 as asked 2:00",
        "those in italics open a search",
    ):
        assert part in text


def test_each_title_leads_to_spotify():
    outline = Outline(page.render(made(*SONGS)))
    assert [attributes["href"] for tag, attributes in outline.elements if tag == "a"] == [
        "https://open.spotify.com/track/0123456789abcdefghijkl",
        "https://open.spotify.com/search/Nick%20Drake%20River%20Man",
        "https://open.spotify.com/search/Nobody%20Unheard",
    ]


@pytest.mark.parametrize(
    "uri", [None, "", "javascript:alert(1)", "spotify:track:short", f"{URI}\n", "spotify:local:a:b:c:1", f"{URI}/../x"]
)
def test_what_is_no_track_of_spotify_is_searched_for(uri):
    assert address(track('A/B?&"', "Ä", uri=uri)) == "https://open.spotify.com/search/%C3%84%20A%2FB%3F%26%22"


def test_phases_are_named_with_their_beginning():
    reading = Reading(
        description="warm-up, then fast", phases=(Phase(minutes=2, words="warm-up"), Phase(minutes=4, words="fast"))
    )
    text = " ".join(Outline(page.render(made(*SONGS, reading=reading, phase_starts=(0, 1)))).texts)
    assert "warm-up , from 0:00" in text
    assert "fast , from 2:00" in text


@pytest.mark.parametrize("tracks", [(), (track(),), (track(energy=0.5),) * 1000], ids=len)
def test_any_number_of_tracks_makes_a_whole_page(tracks):
    document = page.render(made(*tracks))
    assert Outline(document).whole
    assert "nan" not in document.lower().replace("nancy", "")


def evil():
    evil_track = track(EVIL, EVIL, album=EVIL, uri=EVIL, energy=0.5)
    reading = Reading(
        description=EVIL,
        features=AudioFeatures(energy=0.1),
        genres=(EVIL,),
        said=(EVIL,),
        model=EVIL,
        notes=(EVIL,),
        phases=(Phase(minutes=1, words=EVIL),),
    )
    return made(
        evil_track,
        reading=reading,
        name=EVIL[:100],
        source=EVIL,
        relaxed=(EVIL,),
        wishes=(Kept(wish=EVIL, state="unchecked", how=EVIL),),
        phase_starts=(0,),
    )


def test_no_text_becomes_markup():
    playlist = evil()
    for document in (page.render(playlist), playlist._repr_html_(), playlist.reading._repr_html_()):
        outline = Outline(document)
        assert outline.whole
        assert not {"script", "img"} & {tag for tag, _ in outline.elements}
        assert not [name for _, attributes in outline.elements for name in attributes if name.startswith("on")]
        assert "alert(1)" in "".join(outline.texts)
        document.encode()
        assert "\x00" not in document


@given(st.text(st.characters(exclude_categories=())))  # halves of characters, too
def test_any_text_comes_back_as_text(text):
    legal = re.sub(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    assert (ElementTree.fromstring(element("p", text, title=text)).text or "") == legal


def test_markup_is_put_together_from_parts():
    assert join("a < b", Markup("<br/>"), None, ["c", ["d"]]) == "a &lt; b<br/>cd"
    assert element("line", x1=1.0, x2=0.126, class_="a", aria_hidden="true", id=None) == (
        '<line x1="1" x2="0.13" class="a" aria-hidden="true"/>'
    )


def test_every_drawing_says_what_it_shows():
    for document in (page.render(made(*SONGS)), made(*SONGS)._repr_html_(), made().reading._repr_html_()):
        elements = Outline(document).elements
        drawings = [attributes for tag, attributes in elements if tag == "svg"]
        ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
        assert drawings
        assert len(ids) == len(set(ids))
        for attributes in drawings:
            if attributes.get("aria-hidden") != "true":
                assert attributes["role"] == "img"
                named = attributes.get("aria-labelledby", "").split()
                assert attributes.get("aria-label") or (named and set(named) <= set(ids))


def test_a_page_loads_nothing_and_the_same_playlist_gives_the_same_page():
    document = page.render(made(*SONGS))
    assert document == page.render(made(*SONGS))
    assert not re.search(r"@import|url\(|<script|<link|<iframe|<img|\ssrc=|\sstyle=", document)


def test_a_page_is_saved_under_its_ending(tmp_path):
    made(*SONGS).save(tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == page.render(made(*SONGS))


def test_what_is_not_known_is_not_averaged():
    rows = {row.name: row for row in compare(made(*SONGS))}
    assert set(AXES) < set(rows)
    assert rows["energy"].got == pytest.approx(0.3)
    assert (rows["mode"].got, rows["mode"].share) == (1, 0.5)
    assert (rows["valence"].asked, rows["valence"].got, rows["valence"].got_in_words()) == (None, None, "")


def test_the_way_follows_the_lengths():
    first, second, third = way(made(*SONGS))
    assert (first.start, first.end, second.end, third.end) == (0, 2, 6, 9.75)
    assert (second.energy, third.energy, third.label) == (0.4, None, "Nobody – Unheard")


def test_a_cell_of_a_long_playlist_says_how_much_more_there_is():
    document = made(*[track(f"Song {number}") for number in range(60)])._repr_html_()
    assert document.count("<tr>") == 51
    assert "and 10 more" in document


def test_a_reading_without_anything_is_a_cell_still():
    assert "nothing" in Reading(description="nothing")._repr_html_()


# -- figures


def test_figures_show_what_was_asked_and_got():
    pytest.importorskip("matplotlib")
    playlist = made(*SONGS, phase_starts=(0, 1))
    figure = playlist.plot()
    radar, energy = figure.axes
    asked = {line.get_label(): line for line in radar.lines}["asked for"]
    assert asked.get_ydata()[AXES.index("energy")] == pytest.approx(0.2)
    assert energy.get_xlim() == (0, 9.75)
    (bars,) = playlist.reading.plot().axes
    assert [label.get_text() for label in bars.get_yticklabels()] == ["energy", "tempo"]
    assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.filterwarnings("ignore:Glyph")  # what the font does not have
@pytest.mark.parametrize("playlist", [made(), made(track()), evil()], ids=["none", "bare", "evil"])
def test_figures_of_little_are_figures_still(playlist):
    pytest.importorskip("matplotlib")
    for figure in (playlist.plot(), playlist.reading.plot()):
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg")
        assert ElementTree.fromstring(drawn.getvalue()).tag.endswith("}svg")
        assert len(figure.axes) >= 1


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    plots._kind.cache_clear()
    with pytest.raises(SettingsError, match=r"tonepoem\[plot\]"):
        made(*SONGS).plot()
    plots._kind.cache_clear()
