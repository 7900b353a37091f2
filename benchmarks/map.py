"""How fast the map is there, how true it is, and what a question costs on it.

    python -m benchmarks.map [all|pictures|question|scale] [chunks]

Vectors are those of docstrings of installed packages by the bundled model. `pictures` compares UMAP from exact
neighbours with `umap.UMAP(metric="cosine", random_state=42).fit` on 10,000 chunks, both compiled beforehand; `question`
counts what goes to the page on 50,000; `scale` lays 50,000 and 100,000 out while the kernel has to answer.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks._process import measured

MODULE = "benchmarks._map_contenders"
SMALL = 10_000
MOST = 20_000
"""Above this many, vectors are drawn around real ones: embedding them would take longer than laying them out."""


def pictures(folder: Path, number: int) -> None:
    """Print the first picture, and UMAP against the plain one."""
    path = _vectors(folder, number)
    first = measured(MODULE, "first_picture", path=path)
    ours, plain = measured(MODULE, "ours", path=path), measured(MODULE, "plain", path=path)
    seconds = first["pca"] + first["figure"]
    print(f"\n{number:,} chunks: first picture {seconds:.2f} s after the vectors (PCA {first['pca']:.2f})")
    print(f"{'':32} {'s':>7} {'ratio':>6} {'trust':>7}")
    print(f"{'umap.UMAP(metric=cosine).fit':32} {plain['seconds']:7.1f} {1:6.2f} {plain['trust']:7.4f}")
    ratio = ours["seconds"] / plain["seconds"]
    print(f"{'workbench, neighbours included':32} {ours['seconds']:7.1f} {ratio:6.2f} {ours['trust']:7.4f}  (aim 0.3)")
    print(f"its first transform of one new vector: {plain['transform']:.1f} s")


def question(folder: Path, number: int) -> None:
    """Print placing, messages and reopening."""
    place = measured(MODULE, "question", number=100_000)
    print(f"\nplacing among 100,000: {1000 * place['seconds']:.2f} ms, identical twice: {place['identical']}")
    path = _vectors(folder, number)
    for name, found in measured(MODULE, "messages", path=path).items():
        if isinstance(found, dict):
            said = f"{found['messages']} message of {found['bytes'] / 1000:.0f} KB"
            print(f"question on {number:,}, {name:10}: {said}, {1000 * found['seconds']:.0f} ms")
    first = measured(MODULE, "first_picture", path=path)
    print(f"map payload at {number:,}: {first['payload'] / 1e6:.2f} MB")
    store = folder / "store"
    store.mkdir(exist_ok=True)
    measured(MODULE, "reopened", path=path, store=str(store))
    print(f"reopening it: {measured(MODULE, 'reopened', path=path, store=str(store))['seconds']:.2f} s")


def scale(folder: Path, sizes: tuple[int, ...]) -> None:
    """Print time, memory and liveness of large maps."""
    for number in sizes:
        found = measured(MODULE, "alive", path=_vectors(folder, number))
        print(
            f"\n{number:,} chunks: first picture {found['first']:.2f} s, UMAP {found['seconds']:.0f} s; main thread "
            f"late by at most {1000 * found['late']:.0f} ms (99 of 100: {1000 * found['late99']:.0f} ms); this process "
            f"{found['peak_mb']:,.0f} MB, its child {found['child_mb']:,.0f} MB"
        )


def _vectors(folder: Path, number: int) -> str:
    path = folder / f"{number}.npy"
    if not path.exists() and number > MOST:
        measured(MODULE, "grown", number=number, source=_vectors(folder, SMALL), path=str(path))
    elif not path.exists():
        made = measured(MODULE, "vectors", number=number, path=str(path))["number"]
        print(f"({made:,} vectors made)")
    return str(path)


def main() -> int:
    part = sys.argv[1] if len(sys.argv) > 1 else "all"
    given = int(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if part in ("all", "pictures"):
            pictures(folder, given or 10_000)
        if part in ("all", "question"):
            question(folder, given or 50_000)
        if part in ("all", "scale"):
            scale(folder, (given,) if given else (50_000, 100_000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
