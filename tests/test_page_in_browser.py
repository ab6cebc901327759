"""The page of a playlist in a real browser: no scroll to the side, contrast, names for drawings, and no request."""

import pytest
from browser import PROGRAM, Browser
from test_page import EVIL, SONGS, evil, made
from tracks import track

from tonepoem.features import AudioFeatures
from tonepoem.playlist import Kept, Phase, Reading

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed")

WIDTHS = (320, 360, 1280)  # a narrow phone, or one at 360 with a scrollbar; a usual one; a desk

CONTRASTS = """
(() => {
  const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b]
    .map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const below = node => {
    for (; node; node = node.parentElement) {
      const colour = numbers(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const found = {text: [], drawn: []};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const parent = node.parentElement, style = getComputedStyle(parent);
    if (!node.data.trim() || ['title', 'desc'].includes(parent.tagName)) continue;
    const ink = parent instanceof SVGElement ? style.fill : style.color;
    found.text.push([node.data.trim().slice(0, 40), ratio(numbers(ink), below(parent))]);
  }
  for (const node of document.querySelectorAll('svg [stroke^="var(--asked)"], svg [stroke^="var(--got)"]'))
    found.drawn.push([node.tagName, ratio(numbers(getComputedStyle(node).stroke), below(node))]);
  return found;
})()
"""
"""Contrast as WCAG 2.2 defines it, from the colours that the browser uses: of each text, and of what is drawn."""


def full():
    reading = Reading(
        description="calm songs, then fast ones, from 1970 on, no Drake, 20 songs " + "verylongword" * 8,
        features=AudioFeatures(
            danceability=0.4, energy=0.2, valence=0.4, instrumentalness=0.5, loudness=-20, tempo=190, key=3, mode=0
        ),
        confidence={"energy": 0.9, "tempo": 0.4},
        genres=("folk", "slowcore", "ambient"),
        model="tonepoem-compact-12345678",
        notes=("one thing was repaired",),
        phases=(Phase(minutes=2, words="calm"), Phase(minutes=9, words="fast")),
    )
    song = track(
        "Un" + "pronounceable" * 12, "Some" + "body" * 30, album="x" * 90, duration_ms=3_600_000, energy=0.9, tempo=180
    )
    wishes = (Kept(wish="from 1970 on", state="kept"), Kept(wish="20 songs", state="loosened", how="only 4 fit"))
    return made(
        *SONGS,
        song,
        reading=reading,
        name="Calm" + "er" * 40,
        wishes=wishes,
        relaxed=("years: +2 tracks",),
        phase_starts=(0, 1),
    )


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(params=["full", "plain", "evil", "empty"])
def saved(request, tmp_path):
    playlist = {"full": full, "plain": lambda: made(*SONGS), "evil": evil, "empty": made}[request.param]()
    playlist.save(tmp_path / "a.html")
    return tmp_path / "a.html"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_can_be_read(browser, saved, width, dark):
    browser.show(saved, width=width, dark=dark)
    assert browser.ask("[innerWidth, document.documentElement.scrollWidth]") == [width, width]
    beyond = "[...document.body.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)"
    assert browser.ask(f"{beyond}.map(one => one.outerHTML.slice(0, 90))") == []
    contrasts = browser.ask(CONTRASTS)
    assert [pair for pair in contrasts["text"] if pair[1] < 4.5] == []
    assert [pair for pair in contrasts["drawn"] if pair[1] < 3] == []
    assert len(contrasts["text"]) > 20
    smallest = "Math.min(...[...document.querySelectorAll('body *')].map(one => parseFloat(getComputedStyle(one).fontSize)))"
    assert browser.ask(smallest) >= 12
    assert browser.ask("matchMedia('(prefers-color-scheme: dark)').matches") is dark


def test_light_and_dark_differ(browser, tmp_path):
    made(*SONGS).save(tmp_path / "a.html")
    grounds = []
    for dark in (False, True):
        browser.show(tmp_path / "a.html", width=1280, dark=dark)
        grounds.append(browser.ask("getComputedStyle(document.body).backgroundColor"))
    assert grounds[0] != grounds[1]


def test_drawings_and_tables_are_told_to_who_cannot_see_them(browser, tmp_path):
    full().save(tmp_path / "a.html")
    for width in WIDTHS:
        browser.show(tmp_path / "a.html", width=width)
        nodes = [node for node in browser.call("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
        told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes]
        images = [name for role, name in told if role == "image"]
        assert len(images) == 2
        assert all(len(name) > 20 for name in images)
        roles = [role for role, _ in told]
        assert roles.count("table") == 3
        assert roles.count("row") == 1 + 9 + 2 + 1 + 2 + 1 + 4
        assert [name for role, name in told if role == "heading"][1:] == [
            "The sound",
            "The energy, track by track",
            "What was wished for",
            "The tracks",
        ]


def test_it_needs_no_script_and_asks_for_nothing(browser, saved):
    pictures = []
    for scripts in (True, False):
        browser.requests.clear()
        browser.said.clear()
        browser.show(saved, width=360, scripts=scripts)
        pictures.append(browser.picture())
        assert list(browser.requests.values()) == [saved.as_uri()]
        assert browser.said == []
    assert pictures[0] == pictures[1]


def test_whatever_gets_in_its_policy_keeps_a_browser_from_running_or_loading_it(browser, tmp_path):
    made(*SONGS).save(tmp_path / "a.html")
    document = (tmp_path / "a.html").read_text(encoding="utf-8")
    broken_in = document.replace("<h1", f"{EVIL}<script>document.title = 'run'</script><h1", 1)
    (tmp_path / "a.html").write_text(broken_in, encoding="utf-8")
    browser.requests.clear()
    browser.show(tmp_path / "a.html", width=360)
    assert browser.ask("document.title") == "Rain"
    assert browser.ask("document.querySelectorAll('script, img').length") == 3
    assert list(browser.requests.values()) == [(tmp_path / "a.html").as_uri()]


def test_it_prints_dark_on_white(browser, tmp_path):
    full().save(tmp_path / "a.html")
    browser.show(tmp_path / "a.html", width=1280, dark=True, media="print")
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.ask("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert [pair for pair in browser.ask(CONTRASTS)["text"] if pair[1] < 4.5] == []
    assert browser.printed().startswith(b"%PDF")
