"""An int8 copy of a converted model, calibrated on a person's own texts; the work is done in a process of its own.

python -m workbench.models.openvino.int8 FLOAT_FOLDER TARGET_FOLDER TEXTS_JSON MAX_TOKENS
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Event

import numpy as np

from workbench.disk import write_whole, writing
from workbench.errors import InputError, ModelError, ModelNotFound
from workbench.models.openvino.conversion import run_apart
from workbench.models.openvino.convert import refuse_telemetry, save_graph

__all__ = ["CALIBRATION_TEXTS", "calibrated", "calibration_id", "quantize"]

CALIBRATION_TEXTS = 150
"""Texts that the ranges are measured on; with 300 no neighbour more stays the same (SciFact)."""
_ALPHA = 0.95
"""Strength of SmoothQuant (Xiao et al. 2023), NNCF's own choice for transformers: how much of the activations' range
moves into the weights."""
_ADVICE = "The float32 model is unharmed: make room there, or set WORKBENCH_CACHE to another folder."
_ID = re.compile(r"[0-9a-f]{12}")


def calibration_id(texts: Sequence[str], folder: Path) -> str:
    """Give 12 hex digits for the float model, the texts, and the versions of what quantises."""
    whole = hashlib.sha256(f"{folder.name}\0{_nncf()}\0{version('openvino')}".encode())
    for text in texts:
        whole.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return whole.hexdigest()[:12]


def calibrated(folder: Path, calibration: Sequence[str] | str, max_tokens: int, cancel: Event | None = None) -> Path:
    """Give the folder of the int8 copy, made now if it is not there.

    Parameters
    ----------
    folder
        Of the converted float model.
    calibration
        Texts to calibrate on, or the 12 hex digits of an earlier calibration.
    max_tokens
        Longer texts are cut.
    cancel
        Set it to stop.

    Raises
    ------
    ModelNotFound
        There is no calibration of that name, or NNCF is not installed.
    InputError
        Neither texts nor 12 hex digits.
    Cancelled
        `cancel` was set.
    """
    if isinstance(calibration, str):
        return _earlier(folder, calibration)
    texts = [text for text in calibration if text.strip()]
    if not texts:
        raise InputError("There are no texts to calibrate on. Give about 150 of your own, or load a corpus.")
    target = folder.with_name(f"{folder.name}-int8-{calibration_id(texts, folder)}")
    if not (target / "model.xml").exists():
        _make(folder, target, texts, max_tokens, cancel)
    return target


def _earlier(folder: Path, calibration: str) -> Path:
    if not _ID.fullmatch(calibration):
        raise InputError(
            f"calibration is {calibration!r}; give texts to calibrate on, or the 12 hex digits of an earlier one."
        )
    target = folder.with_name(f"{folder.name}-int8-{calibration}")
    if not (target / "model.xml").exists():
        raise ModelNotFound(
            f"There is no int8 copy {calibration} of {folder.name} in {folder.parent}. Make one on your corpus: "
            "wb.quantize()."
        )
    return target


def _nncf() -> str:
    try:
        return version("nncf")
    except PackageNotFoundError:
        raise ModelNotFound(
            'An int8 copy is made by NNCF, which is not installed. Install it with: pip install "rag-workbench[int8]"'
        ) from None


def _make(folder: Path, target: Path, texts: Sequence[str], max_tokens: int, cancel: Event | None) -> None:
    needed = (folder / "model.bin").stat().st_size
    with writing(target.parent, needed, _ADVICE):
        made = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    try:
        given = write_whole(made / "texts.json", json.dumps(list(texts)), _ADVICE)
        arguments = [str(folder), str(made), str(given), str(max_tokens)]
        said = run_apart("workbench.models.openvino.int8", arguments, cancel)
        if said:
            raise ModelError(
                f"The int8 copy of {folder.name} could not be made: {said}. The float32 model is unharmed; see to that "
                "and call wb.quantize() again."
            )
        with writing(made, needed, _ADVICE):
            given.unlink()
            for name in ("tokenizer.json", "encoder.json"):
                shutil.copy(folder / name, made / name)
        if not (target / "model.xml").exists():  # another process may have been quicker
            with writing(target, needed, _ADVICE):
                os.replace(made, target)  # noqa: PTH105 - whole or not at all
    finally:
        shutil.rmtree(made, ignore_errors=True)


def quantize(folder: Path, target: Path, texts: Sequence[str], max_tokens: int) -> None:
    """Write `target`/model.xml and its .bin with int8 weights and activations, calibrated on `texts`.

    Weights are quantised symmetrically for each channel, activations for each tensor, after SmoothQuant; NNCF's
    fast bias correction follows. Layer norms, softmax and pooling stay in float32.
    """
    refuse_telemetry()
    import nncf
    import openvino
    from tokenizers import Tokenizer

    from workbench.models.openvino.description import Description

    about = Description.read(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)

    def example(text: str) -> dict[str, np.ndarray]:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        every = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return {name: every[name] for name in about.inputs}

    small = nncf.quantize(
        openvino.Core().read_model(folder / "model.xml"),
        nncf.Dataset([example(text) for text in texts]),
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.PERFORMANCE,
        subset_size=len(texts),
        advanced_parameters=nncf.AdvancedQuantizationParameters(
            smooth_quant_alphas=nncf.AdvancedSmoothQuantParameters(matmul=_ALPHA)
        ),
    )
    save_graph(small, target / "model.xml", (folder / "model.bin").stat().st_size)


if __name__ == "__main__":
    quantize(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text("utf-8")), int(sys.argv[4]))
