"""The public verbs about embedding models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.session.engine import Engine

if TYPE_CHECKING:
    import pandas as pd

    from workbench.protocols import Role
    from workbench.records import Explanation, ModelCheck, ModelInfo, Quantization

__all__ = ["ModelVerbs"]


class ModelVerbs(Engine):
    """Choosing, checking and understanding the embedding model."""

    def models(self) -> pd.DataFrame:
        """List embedding models: id, provider, ready, dimensions, max_tokens, parameters, size_mb and more."""
        from workbench.frames import models_frame

        return models_frame(self.model_choices(probe=True))

    def pull(self, model: str) -> None:
        """Download a model: to the Ollama server, or from the Hugging Face hub into its cache."""
        self.do("pull", model)

    def checkpoints(self, model: str, revision: str | None = None) -> pd.DataFrame:
        """List the files that a Hugging Face model or folder can be run from: path, backend, size, quantised.

        One of them is chosen with `embedding_model(model, backend=..., model_kwargs={"file_name": path})`; the hub is
        asked for what is not in a folder.
        """
        from workbench.frames import frame_of
        from workbench.models.huggingface.checkpoints import Checkpoint, checkpoints

        provider, _, name = model.partition(":")
        if provider != "huggingface" or not name:
            raise InputError(
                f"{model!r} has no checkpoints to choose from; models of Hugging Face have, such as "
                "'huggingface:sentence-transformers/all-MiniLM-L6-v2'."
            )
        return frame_of(checkpoints(name, revision), Checkpoint)

    def unload(self, model: str) -> None:
        """Let the Ollama server take a model out of its memory; the next text loads it again."""
        self.do("unload", model)

    def allow(self, model: str) -> None:
        """Let the text of this corpus leave the machine for this model."""
        self.consent.add(model)
        self.forget_models()
        if self.live and self.source is not None:
            self.submit("prepare")

    def check_model(self, model: Any = None) -> ModelCheck:
        """Probe whether a model embeds rightly; takes about a second.

        Engines embed wrongly without saying so. Accents, case, punctuation, other scripts, token counts, unit length,
        determinism, order and the limit are tried; what is found is stored for this engine version and these weights,
        and shown beside the model.

        Parameters
        ----------
        model
            An id or object; the chosen model if none is given.
        """
        return self.do("check_model", model)

    def explain(self, text: str, role: Role = "document") -> Explanation:
        """Show what the chosen model sees of a text: the string sent, its tokens, what is cut off, the vector."""
        return self.do("explain", text, role)

    def quantize(self, sample: int = 150) -> Quantization:
        """Make an int8 copy of the chosen model, calibrated on this corpus, and measure its drift before it is used.

        Parameters
        ----------
        sample
            Chunks to calibrate on, spread evenly over the corpus.

        Returns
        -------
        Quantization
            Mean and least cosine to float32, the overlap of neighbours, and the speed; `accept` takes it into use.
        """
        return self.do("quantize", sample)

    def accept(self, quantization: Quantization) -> None:
        """Use the int8 copy that was measured, in place of the float32 model."""
        model: Any = self.embedding_model()
        if quantization.model != model.id:
            raise InputError(
                f"The int8 copy is one of {quantization.model!r}, but the chosen model is {model.id!r}. Choose that "
                "model first, or quantize this one."
            )
        self.model = model.quantized(quantization.calibration)

    def rechunk(self) -> None:
        """Cut the documents again, so that the chosen model reads every chunk to its end."""
        (self.submit if self.live else self.do)("rechunk")

    def model_choices(self, probe: bool = False) -> tuple[ModelInfo, ...]:
        """List embedding models, those ready now first; `probe` asks the Ollama server when nobody has yet."""
        from workbench.session.choices import embedding_choices

        return embedding_choices(self.probed() if probe else self.server)
