import base64
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spotify_server import SpotifyServer, logged_in
from test_publish import many

from tonepoem.errors import AccessError, InputError
from tonepoem.features import FEATURES, AudioFeatures
from tonepoem.spotify.cover import SIDE, draw

image = pytest.importorskip("PIL.Image", reason="drawing is an extra")

CALM = AudioFeatures(energy=0.1, valence=0.2, tempo=70, acousticness=0.95, mode=0, loudness=-20)
FURIOUS = AudioFeatures(energy=0.98, valence=0.7, tempo=180, acousticness=0.01, mode=1, loudness=-4)


def mean(content):
    small = image.open(io.BytesIO(content)).convert("HSV").resize((1, 1))
    return small.getpixel((0, 0))


def test_a_cover_is_a_square_jpeg_that_fits():
    picture = image.open(io.BytesIO(draw(CALM, "calm")))
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (SIDE, SIDE), "RGB")


@settings(max_examples=10, deadline=None)
@given(st.fixed_dictionaries({}, optional={n: st.floats(f.low, f.high) for n, f in FEATURES.items() if not f.integer}))
def test_every_cover_is_small_enough(values):
    assert len(base64.b64encode(draw(AudioFeatures(**values)))) <= 256 * 1024


def test_the_same_music_looks_the_same_and_other_music_other():
    assert draw(CALM, "calm") == draw(CALM, "calm")
    assert draw(CALM, "calm") != draw(CALM, "quiet")
    calm, furious = mean(draw(CALM)), mean(draw(FURIOUS))
    assert furious[1] > calm[1] + 30, "energy shows in the saturation"
    assert furious[2] > calm[2], "loudness shows in the brightness"


def test_a_cover_is_uploaded_where_it_is_permitted(tmp_path):
    with SpotifyServer() as server:
        spotify = logged_in(server, tmp_path)
        published = spotify.publish(many(2))
        with pytest.raises(AccessError, match="tonepoem login --scope ugc-image-upload"):
            spotify.cover(published)
        spotify = logged_in(server, tmp_path, "ugc-image-upload")
        spotify.cover(published)
        assert server.playlists[published.id].cover == draw(AudioFeatures(), published.playlist.reading.description)


@pytest.mark.parametrize("picture", [b"", b"GIF89a", b"\xff\xd8\xff" + bytes(200_000)])
def test_a_picture_that_spotify_would_not_take_is_not_sent(tmp_path, picture):
    with SpotifyServer() as server:
        spotify = logged_in(server, tmp_path, "ugc-image-upload")
        published = spotify.publish(many(2))
        before = len(server.calls())
        with pytest.raises(InputError):
            spotify.cover(published, picture)
        assert len(server.calls()) == before
