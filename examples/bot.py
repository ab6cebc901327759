"""The skeleton of a chat bot, as for Discord: it reads messages and answers some of them, and knows no network.

    python examples/bot.py          # talk to it in the terminal; Ctrl-D ends it

To bring it to a chat service, hand each message that arrives to :meth:`Bot.answer`, and send what comes back. Nothing in
it waits: the songs are looked for in a thread, so the service's heartbeat goes on.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import OrderedDict
from dataclasses import dataclass

import tonepoem

LONGEST = 2_000
"""Characters in a message at most, on Discord."""
REMEMBERED = 1_000
"""Channels whose last playlist is kept in mind."""
HELP = "Say `!playlist calm songs for a rainy day`, and then `!again` for other songs that fit as well."


@dataclass(frozen=True)
class Message:
    """What somebody said in a channel."""

    channel: str
    text: str


class Bot:
    """Makes playlists in channels.

    Args:
        length: tracks in a playlist.
        generator: reads the words; loaded once for all channels.
        catalog: where the songs come from.
    """

    def __init__(self, length: int, generator: tonepoem.Generator, catalog: tonepoem.Catalog) -> None:
        self._length, self._generator, self._catalog = length, generator, catalog
        self._last: OrderedDict[str, tuple[str, int]] = OrderedDict()

    async def answer(self, message: Message) -> str | None:
        """What to say to a message; None if it is not meant for this bot."""
        command, _, words = message.text.strip().partition(" ")
        if command == "!playlist":
            return await self._play(message.channel, words, seed=0) if words.strip() else HELP
        if command == "!again":
            if message.channel not in self._last:
                return HELP
            words, seed = self._last[message.channel]
            return await self._play(message.channel, words, seed + 1)
        return HELP if command == "!help" else None

    async def _play(self, channel: str, words: str, seed: int) -> str:
        try:
            playlist = await asyncio.to_thread(
                tonepoem.compose, words, self._length, generator=self._generator, source=self._catalog, seed=seed
            )
        except tonepoem.TonepoemError as error:
            return quiet(str(error))
        self._last[channel] = (words, seed)
        self._last.move_to_end(channel)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        songs = [
            f"{number}. {quiet(choice.track.title)} – {quiet(', '.join(choice.track.artists))}"
            for number, choice in enumerate(playlist.tracks, start=1)
        ]
        return fitting([f"**{quiet(playlist.name)}**", *songs])


def quiet(text: str) -> str:
    """A text that calls nobody and formats nothing, whoever wrote it."""
    return re.sub(r"([\\*_~`|>#\[\]()<])", r"\\\1", " ".join(text.split())).replace("@", "@\u200b")


def fitting(lines: list[str]) -> str:
    """As many whole lines as one message holds; the last one says how many are left out."""
    kept = len(lines)
    while len(text := "\n".join(lines[:kept] + [f"and {len(lines) - kept} more"] * (kept < len(lines)))) > LONGEST:
        kept -= 1
    return text


async def talk(bot: Bot) -> None:
    """Answer the lines of standard input."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        if answer := await bot.answer(Message("terminal", line)):
            sys.stdout.write(answer + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(talk(Bot(10, tonepoem.Generator.load(), tonepoem.Catalog.open())))
