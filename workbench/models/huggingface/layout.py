"""What the folder of a model says of it: modules, limit, dimensions, prompts, weights. Reads configuration alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import ModelError

__all__ = ["Layout", "read_layout"]

_LIMIT_FILES = ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet")
_OFFSET_POSITIONS = {"camembert", "data2vec-text", "longformer", "mpnet", "roberta", "xlm-roberta", "xlm-roberta-xl"}
"""Architectures whose positions begin after the padding token's, so that two of the 514 cannot be used."""

_UNLIMITED = 1_000_000
"""transformers writes a limit of 1e30 where nobody set one."""

_DEFAULT_LIMIT = 512
"""LlamaIndex's own, for models that name no limit."""

_QUERY = ("query", "search_query", "s2p_query", "retrieval.query")
_DOCUMENT = ("document", "passage", "text", "corpus", "search_document", "retrieval.passage")


@dataclass(frozen=True)
class Layout:
    """A model's folder, as sentence-transformers would read it.

    Attributes
    ----------
    folder
        Where its files lie.
    transformer
        Where the transformer's own files lie: `folder`, or one below it.
    modules
        Modules after the transformer, as in `modules.json`; None where there is no such file.
    config
        The transformer's `config.json`.
    settings
        `sentence_bert_config.json` or its like.
    prompts
        Those that the model was saved with.
    kind
        As in `config_sentence_transformers.json`; `SentenceTransformer` where it does not say.
    """

    folder: Path
    transformer: Path
    modules: tuple[dict[str, Any], ...] | None
    config: dict[str, Any] = field(repr=False)
    settings: dict[str, Any] = field(repr=False)
    tokenizer_config: dict[str, Any] = field(repr=False)
    prompts: dict[str, str] = field(repr=False)
    kind: str = "SentenceTransformer"

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, special ones included, as sentence-transformers would cut it."""
        own = self.settings.get("max_seq_length") or self.tokenizer_config.get("model_max_length")
        known = [limit for limit in (own, self.positions) if isinstance(limit, int | float)]
        return int(min((limit for limit in known if 1 <= limit < _UNLIMITED), default=_DEFAULT_LIMIT))

    @property
    def positions(self) -> int | None:
        """Tokens for which the transformer has positions; None where it has no such limit."""
        given = self._text_config.get("max_position_embeddings") or self._text_config.get("n_positions")
        if not isinstance(given, int) or given <= 0:
            return None
        if str(self._text_config.get("model_type")) in _OFFSET_POSITIONS:
            padding = self._text_config.get("pad_token_id", 1)
            return given - (padding if isinstance(padding, int) else 1) - 1
        return given

    @property
    def dimensions(self) -> int | None:
        """Length of a vector, None where the configuration does not say."""
        size = next(
            (self._text_config[key] for key in ("hidden_size", "d_model", "dim") if key in self._text_config), None
        )
        for module in self.modules or ():
            kind = str(module.get("type", "")).rpartition(".")[2]
            settings = _json(_below(self.folder, module) / "config.json")
            if kind == "Pooling" and size is not None:
                width = settings.get("embedding_dimension") or settings.get("word_embedding_dimension") or size
                size = width * len(_pooling_modes(settings)) if isinstance(width, int) else None
            elif kind == "Dense":
                size = settings.get("out_features", size)
        return size if type(size) is int and size > 0 else None

    @property
    def normalised(self) -> bool:
        """Whether the model itself brings its vectors to unit length."""
        return any(str(module.get("type", "")).endswith("Normalize") for module in self.modules or ())

    @property
    def include_prompt(self) -> bool:
        """Whether the instruction's own tokens count in the vector; False for Instructor and some others."""
        pooling = [
            _json(_below(self.folder, module) / "config.json")
            for module in self.modules or ()
            if str(module.get("type", "")).endswith("Pooling")
        ]
        return all(settings.get("include_prompt", True) for settings in pooling)

    @property
    def prefixes(self) -> tuple[str, str]:
        """Query and document prompt that the model was saved with, empty where it has none."""
        return _first(self.prompts, _QUERY), _first(self.prompts, _DOCUMENT)

    @property
    def tokenizer_file(self) -> Path | None:
        """The `tokenizer.json`, where there is one."""
        places = (self.transformer / "tokenizer.json", self.folder / "tokenizer.json")
        return next((place for place in places if place.is_file()), None)

    @property
    def _text_config(self) -> dict[str, Any]:
        nested = self.config.get("text_config")
        return nested if isinstance(nested, dict) and "hidden_size" not in self.config else self.config


def read_layout(folder: Path) -> Layout:
    """Read the configuration of a model's folder.

    Raises
    ------
    ModelError
        A file of it is no JSON, or of another form than expected.
    """
    given = _json(folder / "modules.json", list) if (folder / "modules.json").is_file() else None
    if not all(isinstance(module, dict) for module in given or ()):
        raise ModelError(f"{folder / 'modules.json'} holds a module that is no object. Fetch the model again.")
    first: dict[str, Any] = next(
        (module for module in given or () if str(module.get("type", "")).endswith("Transformer")), {}
    )
    transformer = _below(folder, first)
    saved = _json(folder / "config_sentence_transformers.json")
    names = [f"sentence_{name}_config.json" for name in _LIMIT_FILES]
    return Layout(
        folder=folder,
        transformer=transformer,
        modules=None if given is None else tuple(module for module in given if module is not first),
        config=_json(transformer / "config.json"),
        settings=next(filter(None, (_json(transformer / name) for name in names)), {}),
        tokenizer_config=_json(transformer / "tokenizer_config.json"),
        prompts={key: value for key, value in _dict(saved.get("prompts")).items() if isinstance(value, str)},
        kind=str(saved.get("model_type") or "SentenceTransformer"),
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _below(folder: Path, module: dict[str, Any]) -> Path:
    """Give a module's folder, which must not lie outside of the model's."""
    name = str(module.get("path") or "")
    if Path(name).is_absolute() or ".." in Path(name).parts or not name.isprintable() or len(name) > 255:
        raise ModelError(f"{folder / 'modules.json'} names the folder {name[:80]!r}. Fetch the model again.")
    return folder / name


def _json(path: Path, form: type = dict) -> Any:
    if not path.is_file():
        return form()
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read ({error}). Fetch the model again, or repair the file.") from error
    if not isinstance(value, form):
        raise ModelError(f"{path} holds a {type(value).__name__}, not a {form.__name__}. Fetch the model again.")
    return value


def _first(prompts: dict[str, str], names: tuple[str, ...]) -> str:
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _pooling_modes(settings: dict[str, Any]) -> list[str]:
    named = settings.get("pooling_mode")
    if named and isinstance(named, str):
        return [named]
    if named and isinstance(named, list):
        return [str(one) for one in named if one]
    return [key for key, value in settings.items() if key.startswith("pooling_mode_") and value is True] or ["mean"]
