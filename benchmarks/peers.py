"""The map beside those of embedding-atlas and RAGxplorer, on the same vectors.

    pip install --no-deps --target PEERS embedding-atlas ragxplorer inquirer blessed jinxed readchar editor runs xmod \
        duckdb narwhals pyarrow
    python -m benchmarks.peers PEERS [chunks]

Neither is a dependency: they are read from the folder PEERS, each in a process of its own. What they need besides
(numpy, pandas, umap-learn, plotly) is taken from this environment, so all three stand on the same umap-learn. A map is
made three times: once of 600 vectors, which compiles what is compiled, then twice of all, the first of which is timed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks._process import measured

NAMES = {"workbench": "workbench", "atlas": "embedding-atlas", "ragxplorer": "RAGxplorer"}


def main() -> int:
    """Print the table."""
    if len(sys.argv) < 2:
        print(__doc__)
        return 0
    folder, number = str(Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 5_000
    with tempfile.TemporaryDirectory() as made:
        path = str(Path(made) / "vectors.npy")
        measured("benchmarks._map_contenders", "vectors", number=number, path=path)
        rows = {name: measured("benchmarks._peer_contenders", name, path=path, folder=folder) for name in NAMES}
    print(f"{number:,} docstring chunks, 384 dimensions")
    print(
        f"{'':16} {'version':>9} {'map s':>7} {'ratio':>6} {'trust':>6} {'sklearn':>8} {'repeats':>7} {'question':>10}"
    )
    for name, row in rows.items():
        ratio, question = row["seconds"] / rows["workbench"]["seconds"], row["question"]
        placed = "not placed" if question is None else f"{1000 * question:.1f} ms"
        print(
            f"{NAMES[name]:16} {row['version']:>9} {row['seconds']:7.1f} {ratio:6.1f} {row['trust']:6.3f} "
            f"{row['sklearn']:8.4f} {'yes' if row['same'] else 'no':>7} {placed:>10}"
        )
    print("trust: share of the true 10 nearest that are among the 10 nearest on the map; sklearn: trustworthiness, 10")
    return 0


if __name__ == "__main__":
    sys.exit(main())
