"""What each provider can be told beside a model's name. Data, and the way from what a person typed to a value.

A form is made of it, and `embedding_model(id, **chosen(provider, typed))` takes the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.errors import InputError

__all__ = ["NOTHING", "OPTIONS", "Option", "chosen"]

NOTHING = '""'
"""What a person types for the empty text, since an empty field means the default."""


@dataclass(frozen=True, slots=True)
class Option:
    """One keyword of a provider.

    Attributes
    ----------
    name
        The keyword.
    kind
        How it is given: a text, a number, one of `choices`, or on and off.
    help
        One line that says what it does.
    default
        What holds where nothing is given; None where the model or the provider decides.
    choices
        What can be chosen.
    least
        Smallest number.
    whole
        Whether a number has no fraction.
    inside
        Name of the dictionary that carries it, such as `model_kwargs`; empty for most.
    spaces
        Whether spaces at the ends of a text count.
    """

    name: str
    kind: Literal["text", "number", "choice", "switch"]
    help: str
    default: str | float | bool | None = None
    choices: tuple[str, ...] = ()
    least: float = 1
    whole: bool = True
    inside: str = ""
    spaces: bool = False


_BATCH = Option("batch_size", "number", "texts at a time")
_SHORTER = Option("dimensions", "number", "cut vectors to this length, for models trained for it")
_PREFIXES = (
    Option(
        "query_prefix", "text", f"put in front of a question, its last space too; {NOTHING} for nothing", spaces=True
    ),
    Option(
        "document_prefix", "text", f"put in front of a chunk, its last space too; {NOTHING} for nothing", spaces=True
    ),
)
_TIMEOUT = Option("timeout", "number", "seconds to wait for a reply", whole=False, least=0.001)
_CUT = Option("truncate", "switch", "cut texts that are too long; off: refuse them", default=True)
_REMOTE = (
    _BATCH,
    _SHORTER,
    Option("max_tokens", "number", "most tokens to send of a text"),
    _CUT,
    *_PREFIXES,
    _TIMEOUT,
    Option("max_retries", "number", "how often a request is sent again after 429 or 500", least=0),
)

OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "bundled": (),
    "ollama": (
        *_PREFIXES,
        _BATCH,
        _SHORTER,
        Option("keep_alive", "number", "seconds the model stays loaded; -1 for always", whole=False, least=-1),
        _CUT,
        Option("host", "text", "address of the server; OLLAMA_HOST if empty"),
        _TIMEOUT,
    ),
    "huggingface": (
        *_PREFIXES,
        _BATCH,
        Option("backend", "choice", "what runs it; the fastest at hand if not chosen",
               choices=("torch", "onnx", "openvino")),
        Option("device", "text", "cpu, cuda, cuda:1 or mps; the fastest at hand if empty"),
        Option("dtype", "choice", "precision of the weights", choices=("float32", "float16", "bfloat16")),
        Option("max_length", "number", "most tokens to read, up to the model's own limit"),
        Option("truncate_dim", "number", "cut vectors to this length, for models trained for it"),
        Option("normalize", "switch", "bring vectors to unit length", default=True),
        Option("revision", "text", "branch, tag, commit or refs/pr/16"),
        Option("file_name", "text", "checkpoint, such as onnx/model_qint8_avx512.onnx", inside="model_kwargs"),
        Option("cache_folder", "text", "where downloads are kept"),
    ),
    "openai": (
        Option("base_url", "text", "a compatible server, such as http://127.0.0.1:11434/v1"),
        *_REMOTE,
        Option("organization", "text", "as OpenAI has it"),
        Option("project", "text", "as OpenAI has it"),
    ),
    "azure": (
        Option("endpoint", "text", "https://NAME.openai.azure.com; AZURE_OPENAI_ENDPOINT if empty"),
        Option("model", "text", "what is deployed, where the deployment has another name"),
        Option("api_version", "text", "such as 2024-10-21; OPENAI_API_VERSION if empty"),
        Option("credential", "choice", "log in with Entra in place of a key", choices=("entra",)),
        *_REMOTE,
    ),
}  # fmt: skip
"""Provider to its options, those most often used first. Keys are never among them: they come from the environment."""


def chosen(provider: str, typed: Mapping[str, object]) -> dict[str, object]:
    """Turn what was typed into keywords; what is empty or the default is left out.

    Parameters
    ----------
    provider
        A key of `OPTIONS`; others have none.
    typed
        Name to text, or to True and False for a switch.

    Raises
    ------
    InputError
        A name that the provider does not know, or a value that cannot be used.
    """
    known = {option.name: option for option in OPTIONS.get(provider, ())}
    keywords: dict[str, object] = {}
    for name, given in typed.items():
        if name not in known:
            listed = ", ".join(known) or "none"
            raise InputError(f"{provider} has no option {name!r}. Its options are: {listed}.")
        option = known[name]
        value = _value(option, given)
        if value is None or value == option.default:
            continue
        if option.inside:
            inner = keywords.setdefault(option.inside, {})
            assert isinstance(inner, dict)
            inner[name] = value
        else:
            keywords[name] = value
    return keywords


def _value(option: Option, given: object) -> object:
    """Give the value, None where nothing was given."""
    if option.kind == "switch":
        return given if isinstance(given, bool) else None
    exact = str(given if given is not None else "")
    text = exact.strip()
    if not text:
        return None
    if option.kind == "number":
        return _number(option, text)
    if option.kind == "choice" and text not in option.choices:
        raise InputError(f"{option.name} is {text!r}; choose one of {', '.join(option.choices)}.")
    if option.kind == "text" and text == NOTHING:
        return ""
    return exact if option.spaces else text


def _number(option: Option, text: str) -> float:
    wanted = "a whole number" if option.whole else "a number"
    problem = f"{option.name} is {text!r}; give {wanted} of {option.least:g} or more, or leave it empty."
    try:
        value = int(text) if option.whole else float(text)
    except ValueError:
        raise InputError(problem) from None
    if not option.least <= value < float("inf"):
        raise InputError(problem)
    return value
