"""Models with every kind of checkpoint, made here: small ones with random weights, and the bundled one.

`python -m tests.optimum.made small FOLDER` writes `FOLDER/model`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.models.small_models import small_model

SENTENCES = (
    "the llama lives in the andes",
    "a camel carries loads of fine wool , what of the vicuna ?",
    "how fat is the hump : a desert",
    "alpaca",
    "the document gives the llama a query .",
)
"""Of several lengths, so that a batch is padded."""

ONNX, ONNX_INT8 = "onnx/model.onnx", "onnx/model_quint8_avx2.onnx"
OPENVINO, OPENVINO_INT8 = "openvino/openvino_model.xml", "openvino/openvino_model_qint8_quantized.xml"


def small(folder: Path) -> None:
    """Make a small BERT with mean pooling and unit length, and all its checkpoints, in `folder / "model"`."""
    made = small_model(folder)
    export(made)
    quantise_onnx(made)
    quantise_openvino(made)


def bundled(folder: Path) -> None:
    """Copy the bundled weights to `folder / "model"` and export them for ONNX and OpenVINO."""
    from workbench.models.bundled_files import checked_files

    made = folder / "model"
    shutil.copytree(checked_files(), made, ignore=shutil.ignore_patterns("*.py", "*.pyc", "__pycache__"))
    export(made)


def export(folder: Path) -> None:
    """Write the model for ONNX and for OpenVINO beside its own weights, as sentence-transformers does."""
    from sentence_transformers import SentenceTransformer

    for backend in ("onnx", "openvino"):
        model = SentenceTransformer(str(folder), backend=backend, device="cpu", model_kwargs={"export": True})
        model[0].model.save_pretrained(folder)


def quantise_onnx(folder: Path) -> None:
    """Add the dynamic int8 checkpoint that sentence-transformers makes."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.backend import export_dynamic_quantized_onnx_model

    model = SentenceTransformer(str(folder), backend="onnx", device="cpu", model_kwargs={"file_name": ONNX})
    export_dynamic_quantized_onnx_model(model, "avx2", str(folder))


def quantise_openvino(folder: Path) -> None:
    """Add a static int8 checkpoint, by nncf itself: sentence-transformers would fetch a data set to calibrate on."""
    import nncf
    import openvino
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = [dict(tokenizer(sentence, return_tensors="np")) for sentence in SENTENCES]
    model = openvino.Core().read_model(folder / OPENVINO)
    names = {name for port in model.inputs for name in port.names}
    data = nncf.Dataset(rows, lambda row: {name: row[name] for name in names})
    made = nncf.quantize(model, data, model_type=nncf.ModelType.TRANSFORMER, subset_size=len(rows))
    openvino.save_model(made, folder / OPENVINO_INT8, compress_to_fp16=False)


if __name__ == "__main__":
    {"small": small, "bundled": bundled}[sys.argv[1]](Path(sys.argv[2]))
