"""`huggingface:owner/name`, or the folder of a model: any sentence-transformers model."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.models.base import Model
from workbench.models.huggingface.openvino_runner import OnOpenVino, shown
from workbench.models.huggingface.options import Options
from workbench.models.huggingface.place import Place, find
from workbench.models.huggingface.torch_runner import TorchRunner, gpu_seen, require_optimum, versions
from workbench.models.prompts import prefixes
from workbench.models.remote.secret import hidden
from workbench.models.tokens import EstimatedTokenizer, FileTokenizer

if TYPE_CHECKING:
    import numpy as np

    from workbench.protocols import Role, Tokenizer

__all__ = ["HuggingFaceModel"]


class HuggingFaceModel(Model):
    """A model of the Hugging Face hub or of a folder.

    Nothing is read or fetched before the model is used. On a CPU it runs on OpenVINO in float32, converted once, with
    the vectors of sentence-transformers; what cannot be converted, and everything on a GPU, runs on torch through
    LlamaIndex's `HuggingFaceEmbedding`. The fingerprint says which.

    Parameters
    ----------
    name
        `owner/name`, or the path of a folder.
    batch_size
        Texts at a time; None is 16, or what fits on a GPU.
    query_instruction, text_instruction
        Put in front of a question and of a document; None is what the model was trained with. `query_prefix` and
        `document_prefix` are other names for them.
    **options
        As in `Options`; every other keyword goes down to `SentenceTransformer`.

    Raises
    ------
    InputError
        Options that do not fit each other.
    """

    def __init__(
        self,
        name: str,
        *,
        batch_size: int | None = None,
        query_instruction: str | None = None,
        text_instruction: str | None = None,
        query_prefix: str | None = None,
        document_prefix: str | None = None,
        **options: Any,
    ) -> None:
        options = hidden(options)
        own = {field: options.pop(field) for field in list(options) if field in _OPTIONS}
        self.options = Options(**own, more=options)
        if batch_size is not None and (
            isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1
        ):
            raise InputError(f"batch_size is {batch_size!r}; give a whole number, 1 or more.")
        self.name = name
        self.id = f"huggingface:{shown(name)}"
        self.variant = "int8" if self.options.dtype == "int8" else ""
        self._batch_size = batch_size
        self._given = (
            query_instruction if query_instruction is not None else query_prefix,
            text_instruction if text_instruction is not None else document_prefix,
        )
        self._dimensions: int | None = None
        self._lock = threading.RLock()
        self._runner: TorchRunner | None = None
        self._fast: OnOpenVino | None = None
        self._decided = ""

    # What the folder says -----------------------------------------------------------------------------------------

    @cached_property
    def place(self) -> Place:
        """Where the model lies; fetched now if it is not in the cache."""
        return find(self.name, self.id, self.options)

    @property
    def query_prefix(self) -> str:
        """What stands in front of a question."""
        return self._prefix(0)

    @property
    def document_prefix(self) -> str:
        """What stands in front of a document."""
        return self._prefix(1)

    def _prefix(self, at: int) -> str:
        given = self._given[at]
        if given is not None:
            return given
        return prefixes(self.name)[at] or self.place.layout.prefixes[at]

    @property
    def batch_size(self) -> int:
        """Texts at a time."""
        return self._runner.batch_size if self._runner is not None else self._batch_size or 16

    @property
    def any_batch(self) -> bool:  # type: ignore[override]
        """Whether it slices by itself: on OpenVINO."""
        return self.runtime == "openvino" and self._fast is not None

    def block_ends(self, texts: Sequence[str]) -> Sequence[int]:
        """Give the row after each block of texts that are computed together."""
        fast = self._fast if self.any_batch else None
        return super().block_ends(texts) if fast is None else fast.block_ends(texts)

    @property
    def dimensions(self) -> int | None:
        """Length of a vector; None before the first where the folder does not say."""
        own = self._dimensions or self.place.layout.dimensions
        shorter = self.options.truncate_dim
        return own if shorter is None or own is None else min(own, shorter)

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, special ones included."""
        own = self.place.layout.max_tokens
        return min(own, self.options.max_length or own)

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's own tokenizer, or an estimate where it has no tokenizer.json."""
        file = self.place.layout.tokenizer_file
        return FileTokenizer(file) if file is not None else EstimatedTokenizer()

    @property
    def special_tokens(self) -> int:
        """Tokens that are added to every text."""
        tokenizer = self.tokenizer
        return int(tokenizer.raw.num_special_tokens_to_add(False)) if isinstance(tokenizer, FileTokenizer) else 2

    # Running ------------------------------------------------------------------------------------------------------

    @property
    def runtime(self) -> str:
        """What runs it: `openvino`, `torch` or `onnx`; a conversion is made now if that is still open."""
        with self._lock:
            if not self._decided:
                self._decided = self._decide()
            return self._decided

    def _decide(self) -> str:
        from workbench.models.openvino.conversion import Unsupported

        backend, file_name = self.options.backend, self.options.file_name
        if backend == "onnx" or file_name is not None:
            assert backend is not None
            require_optimum(backend, self.id)
            return backend
        if backend == "torch":
            return "torch"
        wanted = backend == "openvino" or self.options.dtype == "int8"
        half = self.options.dtype in ("float16", "bfloat16")
        if not wanted and (half or not self.options.plain or self.place.prompt_apart or self._on_gpu()):
            return "torch"
        if self.place.instructor:
            raise Unsupported(f"{self.id} leaves the prompt out of its vectors, which only backend='torch' can do.")
        if wanted and not self.options.plain:
            raise InputError(
                f"{self.id} on OpenVINO takes no {', '.join(self.options.named()) or 'trust_remote_code'}: that is for "
                "sentence-transformers itself. Leave them out, or use backend='torch'."
            )
        fast = OnOpenVino(self)
        try:
            fast.convert()
        except Unsupported:
            if wanted:
                raise
            return "torch"
        self._fast = fast
        return "openvino"

    def _on_gpu(self) -> bool:
        device = self.options.device
        return gpu_seen() if device is None else not device.startswith("cpu")

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that changes a vector; a moving revision stands as its commit."""
        runtime, place = self.runtime, self.place
        about: dict[str, object] = {
            "provider": "huggingface",
            "model": shown(self.name),
            "revision": place.revision,
            "max_tokens": self.max_tokens,
            "truncation": "end",
            "dimensions": self.options.truncate_dim,
            "normalised": self.options.normalize,
            "query_prefix": self.query_prefix,
            "document_prefix": self.document_prefix,
            "options": self.options.named(),
        }
        if self._fast is not None:
            return about | dict(self._fast.runtime())
        about |= {"engine": versions(runtime), "backend": runtime, "dtype": self.options.dtype or "float32"}
        if place.checkpoint is not None:
            about["file"] = place.checkpoint.path
        return about

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:
        """Give float32 (len(texts), dimensions), in order; longer texts than the model reads are cut at the end.

        Raises
        ------
        ModelNotFound
            There is no such model, and no network to fetch it.
        ModelError
            It cannot be loaded, or is no embedding model.
        """
        import numpy as np

        if self.runtime == "openvino" and self._fast is not None:
            vectors = self._fast.embed(texts, role)
            if self.options.truncate_dim is not None:
                vectors = vectors[:, : self.options.truncate_dim]
            if self.options.normalize and len(vectors):
                norms = np.linalg.norm(vectors, axis=1, keepdims=True)
                vectors = vectors / np.where(norms > 0, norms, 1)
        else:
            vectors = self._loaded().embed(texts, role)
        if len(vectors):
            self._dimensions = int(vectors.shape[1])
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _loaded(self) -> TorchRunner:
        with self._lock:
            if self._runner is None:
                self._runner = TorchRunner(
                    self.place,
                    self.id,
                    self.options,
                    (self.query_prefix, self.document_prefix),
                    self.max_tokens,
                    self._batch_size,
                )
            return self._runner

    def quantized(self, calibration: Sequence[str] | str, cancel: Event | None = None) -> HuggingFaceModel:
        """Give the int8 copy; texts to calibrate on take a while, the first time."""
        if self.runtime != "openvino" or self._fast is None:
            raise InputError(f"{self.id} runs on {self.runtime}; int8 copies are made of models that run on OpenVINO.")
        twin = HuggingFaceModel(
            self.name,
            batch_size=self._batch_size,
            query_instruction=self.query_prefix,
            text_instruction=self.document_prefix,
        )
        twin.options = replace(self.options, dtype="int8", calibration=calibration)
        twin.variant = "int8"
        twin.place = self.place
        twin._fast, twin._decided = OnOpenVino(twin), "openvino"
        twin._fast.calibrate(cancel)
        return twin

    @property
    def calibration(self) -> str:
        """12 hex digits that name the calibration; empty in float32."""
        return self._fast.calibration if self.runtime == "openvino" and self._fast is not None else ""

    @property
    def calibration_texts(self) -> int:
        """Texts of the calibration."""
        return self._fast.calibration_texts if self._fast is not None else 0

    @property
    def calibration_seconds(self) -> float:
        """Seconds that the calibration took."""
        return self._fast.calibration_seconds if self._fast is not None else 0.0

    def close(self) -> None:
        """Give back the model's memory; the next text loads it again."""
        with self._lock:
            self._runner = None
            if self._fast is not None:
                self._fast.close()


_OPTIONS = set(Options.__dataclass_fields__) - {"more"}
