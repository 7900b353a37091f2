"""Embed 300 chunks into a store and say after each batch how many are stored; made to be killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.doubles import WordModel
from tests.index.helpers import chunks, embed
from workbench.index.store import open_store

COUNT = 300


class SlowModel(WordModel):
    """Takes `pause` seconds for a batch, so that a kill can fall anywhere."""

    pause = 0.006

    def embed(self, texts, role):
        time.sleep(self.pause)
        return super().embed(texts, role)


def main(folder: str) -> None:
    store = open_store(Path(folder))
    model = SlowModel()
    embed(store, model, chunks(COUNT), progress=lambda done, total: print(done, flush=True))  # noqa: T201
    print(f"sent {len(model.sent)}", flush=True)  # noqa: T201
    store.close()


if __name__ == "__main__":
    main(sys.argv[1])
