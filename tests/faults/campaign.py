"""Set out, kill, look, resume: what every seed of the kill campaign does, and what must hold after it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.corpora import write_first, write_other
from tests.faults.nursery import Nursery, gone
from tests.faults.whole import NOTHING, Whole, read_whole

__all__ = ["Campaign", "Heard", "Place"]

STARTS = {"first": None, "change": "first", "again": "first", "rebuild": "first", "other": "first"}
"""The chapter that must have been lived before another one."""
RESUMES = {"first": "first", "change": "change", "again": "again", "rebuild": "again", "other": "other"}
"""The chapter that is lived after the kill. Nobody rebuilds an index because of it: it must come right by itself."""
_USUAL = 1000
_USED = 0.9
"""Part of a stage in which kills fall: it may take less the next time."""


@dataclass
class Heard:
    """What a life said before it ended."""

    lines: list[dict] = field(default_factory=list)

    def last(self, name: str, other: object = None):
        return next((line[name] for line in reversed(self.lines) if name in line), other)

    def follow(self, nursery: Nursery, until: Callable[[dict], bool] = lambda line: False, delay: float = 0.0) -> bool:
        """Hear a life until a line, and some seconds longer; tells whether it is alive then."""
        for line in nursery.until_ended():
            self.lines.append(line)
            if until(line):
                self.lines += nursery.until_ended(time.monotonic() + delay)
                break
        return "ended" not in self.lines[-1]

    @property
    def killed(self) -> bool:
        """Whether it was killed, and had not ended before."""
        return self.last("ended") == -signal.SIGKILL

    @property
    def stage(self) -> str:
        """The stage that was under way."""
        return self.last("begin", "start")

    @property
    def sent(self) -> list[int]:
        """Sizes of the batches of documents that the model was given."""
        return [line["sent"] for line in self.lines if line.get("role") == "document"]


@dataclass
class Place:
    """Where a seed lives: folder and store of its own."""

    root: Path
    life: dict

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def exact(self) -> bool:
        """Whether the model gives a text the same vector to the bit, whatever is beside it in its batch."""
        return self.life.get("model", "words") == "words"

    def given(self) -> dict:
        return {**self.life, "folder": str(self.root / "corpus"), "store": str(self.store)}


class Campaign:
    """Runs lives, ends some, and counts.

    Parameters
    ----------
    root
        Folder for the stores of uninterrupted runs.
    environment
        Variables for the lives.
    """

    def __init__(self, root: Path, **environment: str) -> None:
        self.root = root
        self.nursery = Nursery(**environment)
        self._wholes: dict[tuple, Whole] = {}
        self._seconds: dict[tuple, dict[str, float]] = {}

    def set_out(self, root: Path, chapter: str, **life) -> Place:
        """Give a place where all chapters before this one have been lived without interruption."""
        place = Place(root, {"chapter": chapter, **life})
        before = STARTS[chapter]
        if before is None:
            write_first(root / "corpus")
            write_other(root / "other")
        else:
            shutil.copytree(self._lived(before, life), root, dirs_exist_ok=True)
        return place

    def before(self, place: Place) -> Whole:
        """Give what was in the store when the place was set out."""
        before = STARTS[place.life["chapter"]]
        return NOTHING if before is None else self._whole(before, place.life)

    def after(self, place: Place) -> Whole:
        """Give what an uninterrupted run would end with."""
        return self._whole(place.life["chapter"], place.life)

    def whole_store(self, place: Place) -> Path:
        """Give the store of that run."""
        return self._lived(place.life["chapter"], {**place.life, "sync": _USUAL}) / "store"

    def resume(self, place: Place) -> Heard:
        """Begin again after a kill, and live to the end."""
        group = self.nursery.begin(**{**place.given(), "chapter": RESUMES[place.life["chapter"]]})
        heard = Heard(list(self.nursery.until_ended()))
        gone(group)
        assert heard.last("ended") == 0, heard.last("failed")
        return heard

    def kill(self, place: Place, moment: random.Random) -> Heard:
        """Live a chapter until a random moment of a random stage; end the whole group, or the notebook alone."""
        seconds = self.seconds(place)
        stage = moment.choice([*seconds, "index" if "index" in seconds else "rebuild"])
        delay = moment.uniform(0, _USED * seconds[stage])
        end = moment.choice((os.killpg, os.killpg, os.kill))
        heard = Heard()
        group = self.nursery.begin(**place.given())
        if heard.follow(self.nursery, until=lambda line: line.get("begin") == stage, delay=delay):
            with suppress(ProcessLookupError):  # it may end in the moment between
                end(group, signal.SIGKILL)
            heard.follow(self.nursery)
        # a notebook may see that its child is gone in the moment before it is killed too
        assert heard.killed or heard.last("failed") is None, heard.last("failed")
        return heard

    def kill_in_a_sync(self, place: Place, moment: random.Random) -> Heard:
        """End the whole group at once when Chroma begins to write its files, the header first, for the n-th time."""
        heard, seen, left = Heard(), set(self._headers(place)), moment.randint(1, 4)
        group = self.nursery.begin(**place.given())
        heard.follow(self.nursery, until=lambda line: line.get("begin") == "index")
        while left and not {"indexed", "ended"} & heard.lines[-1].keys():
            heard.lines += self.nursery.until_ended(time.monotonic())
            if fresh := set(self._headers(place)) - seen:
                seen, left = seen | fresh, left - 1
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        if "ended" not in heard.lines[-1]:
            heard.follow(self.nursery)
        assert heard.last("failed") is None, heard.last("failed")
        return heard

    @staticmethod
    def _headers(place: Place) -> Iterator[tuple[str, int]]:
        with suppress(FileNotFoundError):
            for file in place.store.glob("chroma/*/header.bin"):
                yield file.parent.name, file.stat().st_mtime_ns

    def seconds(self, place: Place) -> dict[str, float]:
        """Give how long each stage of the chapter takes, by the uninterrupted run."""
        chapter, life = place.life["chapter"], {**place.life, "sync": _USUAL}
        self._lived(chapter, life)
        return self._seconds[self._kind(chapter, life)]

    def read(self, place: Place) -> Heard:
        """Have the Chroma index read, in a process that may crash of it."""
        group = self.nursery.begin("read", store=str(place.store), into=str(place.root))
        heard = Heard(list(self.nursery.until_ended()))
        gone(group)
        assert heard.last("ended") == 0, heard.last("failed")
        return heard

    def close(self) -> None:
        self.nursery.close()

    def _whole(self, chapter: str, life: dict) -> Whole:
        life = {**life, "sync": _USUAL}  # Chroma's threshold is nothing to the record
        kind = self._kind(chapter, life)
        if kind not in self._wholes:
            self._wholes[kind] = read_whole(self._lived(chapter, life) / "store")
        return self._wholes[kind]

    def _lived(self, chapter: str, life: dict) -> Path:
        """Give the folder of an uninterrupted run; made at first need."""
        kind = self._kind(chapter, life)
        root = self.root / "-".join(str(part) for part in kind)
        if kind not in self._seconds:
            place = self.set_out(root, **{**life, "chapter": chapter, "own": False})
            self._seconds[kind] = self._timed(place)
            assert not list(place.store.glob("*damaged*"))
        return root

    def _timed(self, place: Place) -> dict[str, float]:
        group = self.nursery.begin(**place.given())
        began, seconds = {}, {}
        for line in self.nursery.until_ended():
            assert "failed" not in line, line["failed"]
            if "begin" in line:
                began[line["begin"]] = time.monotonic()
            if "end" in line:
                seconds[line["end"]] = time.monotonic() - began[line["end"]]
        gone(group)
        del seconds["close"]  # nothing is left to be done then
        return seconds

    @staticmethod
    def _kind(chapter: str, life: dict) -> tuple[str, str, int]:
        return chapter, life.get("model", "words"), life.get("sync", _USUAL)
