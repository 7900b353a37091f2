"""Folders that are no embedding model, each said in one sentence before anything heavy is loaded."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ModelError
from workbench.models.huggingface.files import is_pickle, is_weights
from workbench.models.huggingface.layout import Layout

__all__ = ["check_kind", "check_weights"]

_CHAT = ("ForCausalLM", "LMHeadModel")
_JUDGE = ("ForSequenceClassification",)


def check_kind(layout: Layout, model_id: str) -> None:
    """Refuse chat models, rerankers and sparse encoders: a mean of their states would look like a vector.

    Raises
    ------
    ModelError
        With what the folder is, and what to choose.
    """
    if not layout.config:
        raise ModelError(
            f"{model_id} has no config.json, so that it is no model's folder. Give the folder of a "
            "sentence-transformers model, which holds config.json, tokenizer.json and model.safetensors."
        )
    if layout.kind != "SentenceTransformer":
        raise ModelError(
            f"{model_id} is a {layout.kind}, which gives no dense vector for a text. Choose an embedding model, such "
            "as 'huggingface:BAAI/bge-small-en-v1.5'."
        )
    if layout.modules is not None:
        return
    built = [str(name) for name in layout.config.get("architectures") or ()]
    for ending, what in ((_CHAT, "a chat model"), (_JUDGE, "a classifier or reranker")):
        if any(name.endswith(ending) for name in built):
            raise ModelError(
                f"{model_id} is {what} ({', '.join(built)}) and was not trained to embed: averages of its states say "
                "little of a text. Choose an embedding model, such as 'huggingface:BAAI/bge-small-en-v1.5'."
            )


def check_weights(layout: Layout, model_id: str) -> None:
    """Refuse a folder whose weights are missing, or are pickles, which can run code when they are read.

    Raises
    ------
    ModelError
        With what the folder holds, and how to get weights in the safe format.
    """
    folders = {layout.transformer, *(layout.folder / str(module.get("path", "")) for module in layout.modules or ())}
    folders.discard(layout.folder / "")
    for folder in (layout.transformer, *sorted(folders - {layout.transformer})):
        names = [path.name for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
        if any(is_weights(name) for name in names):
            continue
        if pickles := sorted(name for name in names if is_pickle(name)):
            raise ModelError(
                f"{model_id} has its weights in {_place(folder, layout)}{pickles[0]}, a format that is not read here: "
                "a pickle can run code. Use a revision with model.safetensors (look for a refs/pr/... with it on the "
                "model's page), or convert it once with safetensors on a machine that you can lose."
            )
        if folder == layout.transformer:
            raise ModelError(
                f"{model_id} holds no weights: {layout.folder} has no model.safetensors. Copy the file there, or "
                "fetch the model again."
            )


def _place(folder: Path, layout: Layout) -> str:
    return "" if folder == layout.folder else f"{folder.name}/"
