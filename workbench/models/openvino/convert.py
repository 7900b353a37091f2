"""Convert a sentence encoder to OpenVINO; run as a process of its own.

    python -m workbench.models.openvino.convert SOURCE_FOLDER TARGET_FOLDER

Importing torch and tracing the model holds the interpreter for many seconds and half a gigabyte: a separate process
keeps both away from the notebook.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.disk import made, write_whole, writing
from workbench.models.openvino.description import Description
from workbench.models.openvino.encoder import OpenVinoEncoder
from workbench.seam import passing

if TYPE_CHECKING:
    import openvino
    import torch
    from sentence_transformers import SentenceTransformer

__all__ = ["REFUSED", "TOLERANCE", "convert", "refuse_telemetry", "save_graph"]

REFUSED = "refused.json"
TOLERANCE = 1e-4
"""Largest difference of one number of a vector to that of sentence-transformers."""

_LONGEST = 512
"""Tokens, where neither the model nor its tokenizer says: what BERT and its kin read."""
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_PROBES = (
    "wool",
    "The llama carries loads in the Andes.",
    "Ein Gefäß, 12 Äpfel & <b>fünf</b> Nüsse = 17?",
    "Альпака даёт тонкую шерсть.",
    "ラマはアンデスに住んでいます。",
    "A camel stores fat in its hump and drinks little. " * 12,
    "word " * 2000,
)
"""Short, long, cut off, accented, and in other scripts."""


class _RefusedError(Exception):
    """The model stays on torch."""


def convert(source: Path, target: Path) -> None:
    """Write model.xml, model.bin, tokenizer.json and encoder.json into `target`; where that cannot be, refused.json.

    Token ids and mask go in, and what the model's own modules give comes out: pooling, dense layers and normalisation
    are part of the graph. Nothing is kept whose vectors differ from those of sentence-transformers.
    """
    refuse_telemetry()
    made(target)
    partial = target / f"model.{os.getpid()}.partial.xml"
    try:
        _convert(source, target, partial)
    except _RefusedError as refusal:
        write_whole(target / REFUSED, json.dumps({"reason": str(refusal)}))
    finally:
        for part in (partial, partial.with_suffix(".bin")):
            with suppress(OSError):
                passing("file", part)
                part.unlink(missing_ok=True)


def refuse_telemetry() -> None:
    """Keep OpenVINO's converter from reporting its use over the network: it takes its own stub instead."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]


def _convert(source: Path, target: Path, partial: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(source),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        # In float32 whatever the weights are stored in: sixteen bits would be computed in sixteen bits.
        model_kwargs={"use_safetensors": True, "attn_implementation": "eager", "dtype": "float32"},
    ).eval()
    fast = getattr(model.tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise _RefusedError("it has no fast tokenizer (no tokenizer.json)")
    if any(getattr(module, "include_prompt", True) is False for module in model):
        raise _RefusedError("its pooling leaves the prompt out, which differs from text to text")
    names = [name for name in _INPUTS if name in model.tokenizer.model_input_names]
    _save(model, names, partial)
    description = Description(
        max_tokens=int(model.max_seq_length or _LONGEST),
        dimensions=int(model.get_embedding_dimension() or 0),
        special_tokens=int(model.tokenizer.num_special_tokens_to_add()),
        inputs=tuple(names),
        pad=int(model.tokenizer.pad_token_id or 0),
    )
    description.write(target)
    fast.no_padding()
    fast.no_truncation()
    write_whole(target / "tokenizer.json", fast.to_str(pretty=True))
    _compare(model, OpenVinoEncoder(target, graph=partial))
    for ending in (".bin", ".xml"):  # the graph last: with it the model counts as converted
        with writing(target / f"model{ending}", None):
            partial.with_suffix(ending).replace(target / f"model{ending}")


def _save(model: SentenceTransformer, names: list[str], path: Path) -> None:
    import openvino
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.modules_in_order = torch.nn.ModuleList(list(model))

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = dict(zip(names, inputs, strict=True))
            for module in self.modules_in_order:
                features = module(features)
            return features["sentence_embedding"]

    example = model.tokenizer(["a llama", "an alpaca and a camel"], padding=True, return_tensors="pt")
    try:
        with torch.no_grad():
            graph = openvino.convert_model(Whole().eval(), example_input=tuple(example[name] for name in names))
    except Exception as error:  # whatever a model of anybody's making raises, it is a reason to stay on torch
        raise _RefusedError(f"OpenVINO cannot convert it ({type(error).__name__}: {str(error)[:200]})") from error
    for port, name in zip(graph.inputs, names, strict=True):
        port.get_tensor().set_names({name})
    save_graph(graph, path, sum(4 * weights.numel() for weights in model.parameters()))


def save_graph(graph: openvino.Model, path: Path, needed: int) -> None:
    """Write a graph and its weights, about `needed` bytes; raises NotWritten."""
    import openvino

    with writing(path, needed):
        try:
            openvino.save_model(graph, path, compress_to_fp16=False)
        except RuntimeError as error:  # that of C++'s streams, which says nothing
            raise OSError(f"OpenVINO says {error}") from error


def _compare(model: SentenceTransformer, encoder: OpenVinoEncoder) -> None:
    texts = list(_PROBES)
    # An empty prompt, since the model's default one would go in front; ours are in the text already.
    right = model.encode(texts, prompt="", batch_size=1, convert_to_numpy=True, show_progress_bar=False)
    drift = float(np.abs(encoder.encode(texts) - right).max())
    if not drift <= TOLERANCE:  # NaN too
        raise _RefusedError(f"its vectors would differ from sentence-transformers' by {drift:.2g}")


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
