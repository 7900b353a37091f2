"""What lies beside a converted model: how its texts become numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.disk import write_whole

__all__ = ["Description"]

_NAME = "encoder.json"


@dataclass(frozen=True)
class Description:
    """How a converted model reads.

    Attributes
    ----------
    max_tokens
        Longest input, special tokens included.
    dimensions
        Length of a vector.
    special_tokens
        Tokens that are added to every text.
    inputs
        Names of the graph's inputs.
    pad
        Token id that fills up shorter texts.
    """

    max_tokens: int
    dimensions: int
    special_tokens: int
    inputs: tuple[str, ...]
    pad: int

    def write(self, folder: Path) -> None:
        """Write it beside the model."""
        write_whole(folder / _NAME, json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, folder: Path) -> Description:
        """Read what `write` wrote."""
        values = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return cls(**{**values, "inputs": tuple(values["inputs"])})
