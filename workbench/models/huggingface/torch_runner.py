"""Running a model with sentence-transformers, through LlamaIndex's `HuggingFaceEmbedding`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from workbench.errors import ModelError, ModelNotFound, WorkbenchError
from workbench.models.huggingface.options import Options
from workbench.models.huggingface.place import Place
from workbench.models.openvino.quiet import refuse_telemetry
from workbench.models.remote.secret import shown

if TYPE_CHECKING:
    import numpy as np

    from workbench.protocols import Role

__all__ = ["TorchRunner", "gpu_seen", "require_optimum"]

_OPTIMUM = {"onnx": "optimum.onnxruntime", "openvino": "optimum.intel"}
_SHARE = 0.4
"""Of a GPU's free memory, for one batch's activations."""
_STATES = 24
"""Arrays of (tokens, width) that a layer holds at a time, attention's own included; a rough upper bound."""
_LEAST, _MOST = 16, 1024


class TorchRunner:
    """A loaded model; `backend` may also be Optimum's.

    Parameters
    ----------
    place
        Where it lies.
    model_id
        For messages.
    options
        As asked for.
    prefixes
        Query and document prefix, which stand in front of the texts that come.
    max_tokens
        Longest input.
    batch_size
        Texts at a time; None is 16 on a CPU, and what fits on a GPU.
    """

    def __init__(
        self,
        place: Place,
        model_id: str,
        options: Options,
        prefixes: tuple[str, str],
        max_tokens: int,
        batch_size: int | None,
    ) -> None:
        self.model_id = model_id
        self._prefixes = dict(zip(("query", "document"), prefixes, strict=True))
        # Where the pooling leaves the prompt out, it must come apart from the text, or it would be pooled with it.
        self._apart = place.prompt_apart
        self._running = threading.Lock()
        self.inner = _loaded(place, model_id, options, prefixes if self._apart else ("", ""), max_tokens)
        if self._apart:
            # sentence-transformers does this by the model's name, and is given a folder here.
            self.inner._model.set_pooling_include_prompt(False)  # noqa: SLF001 - it has no public name
        self.inner.embed_batch_size = batch_size or _fitting(place, self.inner, max_tokens)

    @property
    def batch_size(self) -> int:
        """Texts at a time."""
        return int(self.inner.embed_batch_size)

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:
        """Give float32 (len(texts), dimensions)."""
        import numpy as np

        prefix = self._prefixes[role]
        sent = [text.removeprefix(prefix) for text in texts] if self._apart else list(texts)
        if not sent:
            return np.zeros((0, 0), dtype=np.float32)
        verb = "query" if role == "query" else "text"
        with self._running:
            try:
                rows = self.inner._embed(sent, prompt_name=verb)  # noqa: SLF001 - both verbs end here
            except Exception as error:
                raise ModelError(
                    f"{self.model_id} could not embed {len(sent)} texts ({type(error).__name__}: {error}). Nothing of "
                    "this batch is stored; try a smaller batch_size, then embed again to go on."
                ) from error
        return np.array(rows, dtype=np.float32)


def gpu_seen() -> bool:
    """Whether this machine seems to have an NVIDIA GPU; torch, which knows, takes seconds to import."""
    import shutil
    from pathlib import Path

    return Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None


def require_optimum(backend: str, model_id: str) -> None:
    """Do nothing where Optimum is installed for a backend.

    Raises
    ------
    ModelNotFound
        It is not: says how to get it.
    """
    try:
        there = find_spec(_OPTIMUM[backend]) is not None
    except ModuleNotFoundError:
        there = False
    if not there:
        raise ModelNotFound(
            f"{model_id} with backend={backend!r} runs on Optimum, which is not installed here: it needs an older "
            "transformers than is safe by default. Make an environment of its own for it with: make optimum. "
            "Without Optimum, leave backend and file_name out."
        )


def _loaded(place: Place, model_id: str, options: Options, prefixes: tuple[str, str], max_tokens: int) -> Any:
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    refuse_telemetry()
    backend = options.backend or "torch"
    model_kwargs: dict[str, Any] = {"use_safetensors": True} if backend == "torch" else {}
    if backend == "openvino":
        # Some processors would otherwise compute in fewer bits, and the vectors would differ.
        model_kwargs["ov_config"] = {"INFERENCE_PRECISION_HINT": "f32"}
    if backend == "torch" and not {"dtype", "torch_dtype"} & options.model_kwargs.keys():
        model_kwargs["dtype"] = "float32"  # transformers would take the 16 bits in which some weights are stored
    model_kwargs |= dict(options.model_kwargs)
    if place.checkpoint is not None:
        model_kwargs["file_name"] = place.checkpoint.path
    if options.dtype in ("float16", "bfloat16"):
        model_kwargs["dtype"] = _half(options, model_id)
    try:
        with _no_progress_bar():
            return HuggingFaceEmbedding(
                str(place.layout.folder),
                device=options.device,
                query_instruction=prefixes[0],
                text_instruction=prefixes[1],
                max_length=max_tokens,
                normalize=options.normalize,
                trust_remote_code=bool(options.trust_remote_code),
                backend=backend,
                truncate_dim=options.truncate_dim,
                model_kwargs=shown(model_kwargs),
                # All files are there; only a model's own code may lie in another repository.
                **{"local_files_only": not options.trust_remote_code, **shown(options.more)},
            )
    except WorkbenchError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        raise ModelError(
            f"{model_id} could not be loaded with backend={backend!r} ({type(error).__name__}: {said}). Check its "
            "options, or choose another model."
        ) from error


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    """Keep transformers from drawing a bar into whatever cell happens to run."""
    from transformers.utils import logging

    bars: Any = logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


def _half(options: Options, model_id: str) -> Any:
    import torch

    if options.device is None and not torch.cuda.is_available():
        raise ModelError(
            f"{model_id} was asked for in {options.dtype}, which is for a GPU, and this machine has none: on a CPU it "
            "is slower than float32. Leave dtype out."
        )
    return getattr(torch, str(options.dtype))


def _fitting(place: Place, inner: Any, max_tokens: int) -> int:
    """Give how many of the longest texts fit into a GPU's free memory at once; 16 on a CPU."""
    import torch

    device = str(inner._device)  # noqa: SLF001
    if not device.startswith("cuda"):
        return _LEAST
    free, _ = torch.cuda.mem_get_info(device)
    width = place.layout.dimensions or 1024
    one = max_tokens * width * 4 * _STATES + max_tokens * max_tokens * 4 * 16
    return int(max(_LEAST, min(_MOST, free * _SHARE // one)))


def versions(backend: str) -> str:
    """Name what computes, for the fingerprint."""
    names = ["torch", "sentence-transformers", "transformers"]
    names += {"onnx": ["onnxruntime"], "openvino": ["openvino"]}.get(backend, [])
    return ", ".join(f"{name} {version(name).partition('+')[0]}" for name in names)
