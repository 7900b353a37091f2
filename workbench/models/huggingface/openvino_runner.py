"""The same weights on the OpenVINO runtime."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.models.openvino.model import OpenVinoModel

if TYPE_CHECKING:
    from workbench.models.huggingface.model import HuggingFaceModel

__all__ = ["OnOpenVino", "shown"]


class OnOpenVino(OpenVinoModel):
    """A Hugging Face model, converted; what its folder says is asked of it."""

    def __init__(self, model: HuggingFaceModel) -> None:
        options = model.options
        super().__init__("int8" if options.dtype == "int8" else "float32", options.calibration)
        self._model = model

    @property
    def max_tokens(self) -> int:  # type: ignore[override]
        """Longest input in tokens, special ones included."""
        return self._model.max_tokens

    def source(self) -> tuple[Path, str, str]:
        """Give the folder, the name and the digits that the conversion is kept by."""
        return self._model.place.layout.folder, shown(self._model.name), self._model.place.revision

    def convert(self) -> Path:
        """Convert the weights, if that has not been done."""
        from workbench.models.openvino.conversion import converted

        return converted(*self.source())


def shown(name: str) -> str:
    """Give `owner/name`, or a folder's own name: no path of this machine in what is stored and shown."""
    folder = Path(name).expanduser()
    return folder.resolve().name if folder.is_dir() else name
