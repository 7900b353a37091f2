"""Convert a BERT-like sentence encoder to OpenVINO; run as a process of its own.

    python -m workbench.models.openvino.convert SOURCE_FOLDER TARGET_XML

Importing torch and transformers and tracing the model holds the interpreter for many seconds and half a
gigabyte: a separate process keeps both away from the notebook.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["convert", "refuse_telemetry"]


def convert(source: Path, target: Path) -> None:
    """Write `target` (.xml) and its .bin: token ids and mask in, unit-length mean-pooled vectors out, float32.

    Mean pooling over the attention mask and normalisation to unit length are part of the graph, as in the
    model's own `modules.json`.
    """
    refuse_telemetry()
    import openvino
    import torch
    from transformers import AutoModel

    bert = AutoModel.from_pretrained(
        source, local_files_only=True, trust_remote_code=False, use_safetensors=True, attn_implementation="eager"
    ).eval()

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, p=2, dim=1)

    example = {
        "input_ids": torch.ones((2, 8), dtype=torch.int64),
        "attention_mask": torch.ones((2, 8), dtype=torch.int64),
    }
    with torch.no_grad():
        model = openvino.convert_model(Encoder().eval(), example_input=example)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.stem}.{os.getpid()}.partial.xml")
    openvino.save_model(model, partial, compress_to_fp16=False)
    partial.with_suffix(".bin").replace(target.with_suffix(".bin"))
    partial.replace(target)


def refuse_telemetry() -> None:
    """Keep OpenVINO's converter from reporting its use over the network: it takes its own stub instead."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
