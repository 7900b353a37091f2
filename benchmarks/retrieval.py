"""How fast a search is over 100,000 chunks, and how good on SciFact.

    python -m benchmarks.retrieval [chunks] [--speed]

Medians of 30 searches. Beside them the bare numpy product of the same vectors, which no exact search can beat.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks._scifact import quality
from workbench.records import Chunk
from workbench.retrieval import Options, Searchable, search_in
from workbench.retrieval.similarity import similarities

ROUNDS = 30
DIMENSIONS = 384


def main() -> int:
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    count = numbers[0] if numbers else 100_000
    speed(count)
    print()
    if "--speed" in sys.argv:
        return 0
    for name, values in quality().items():
        print(f"SciFact {name:30} " + "  ".join(f"{metric} {value:.4f}" for metric, value in values.items()))
    return 0


def speed(count: int) -> None:
    """Print milliseconds of each way to search random chunks."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((count, DIMENSIONS), dtype=np.float32)
    words = np.array([f"word{number}" for number in range(5000)])
    texts = [" ".join(words[rng.integers(0, 5000, 60)]) for _ in range(count)]
    chunks = [
        Chunk(f"d{number // 10}:{number % 10}", f"d{number // 10}", number % 10, 0, 1, text, {"year": number % 40})
        for number, text in enumerate(texts)
    ]
    space, query = Searchable(chunks, vectors), rng.standard_normal(DIMENSIONS, dtype=np.float32)
    began = time.perf_counter()
    search_in(space, "word1 word2 word3", query, Options(mode="hybrid"))
    print(f"{count:,} chunks of {DIMENSIONS} numbers; the first hybrid search makes the word index: "
          f"{time.perf_counter() - began:.1f} s")  # fmt: skip
    product = timed(lambda: vectors @ query)
    exact = timed(lambda: similarities(vectors, query, "cosine", space.squares))
    print(f"bare numpy product {product:7.1f} ms\nexact cosines      {exact:7.1f} ms ({exact / product:.2f} times)")
    ways = {
        "dense": Options(),
        "dense, filtered": Options(where={"year": [3, 4, 5]}),
        "dense, MMR": Options(mmr=0.5),
        "lexical": Options(mode="lexical"),
        "hybrid": Options(mode="hybrid"),
    }
    for name, options in ways.items():
        print(
            f"search {name:16} {timed(lambda one=options: search_in(space, 'word1 word2 word3', query, one)):5.1f} ms"
        )
    found = search_in(space, "word1 word2 word3", query, Options(mode="hybrid"))
    print(f"trace as a frame   {timed(lambda: found.trace, 5):7.1f} ms")


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Give the median milliseconds."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return 1000 * statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main())
