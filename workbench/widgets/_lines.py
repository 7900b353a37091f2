"""What a panel says of the chosen model: one sentence a line, with the buttons that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.widgets._progress import progress_state, running
from workbench.widgets._words import bytes_text, count, job_text, join

if TYPE_CHECKING:
    from workbench.records import ModelCheck, ModelInfo, Progress, Quantization
    from workbench.session import Workbench

__all__ = [
    "FETCHED",
    "Line",
    "button",
    "check_line",
    "cut_line",
    "download_line",
    "int8_line",
    "model_id",
    "price_text",
    "pull_button",
    "sending_line",
]

FETCHED = ("ollama", "huggingface")
"""Providers whose models can be downloaded from here."""

Line = dict[str, Any]
"""`id`, `text`, `kind` (empty, ok or warn), `buttons`, and `progress` as of `progress_state`."""


def model_id(model: object) -> str:
    """Give the id of a model, which may be given as an id or as an object."""
    return model if isinstance(model, str) else str(getattr(model, "id", type(model).__name__))


def button(word: str, do: str, title: str = "", *, primary: bool = False, off: bool = False, **fields: str) -> Line:
    """Give a button: its word, and the message that it sends (`do` and fields)."""
    return {"word": word, "title": title, "primary": primary, "off": off, "message": {"do": do, **fields}}


def _line(name: str, text: str, *buttons: Line, kind: str = "", job: Progress | None = None) -> Line:
    return {"id": name, "text": text, "kind": kind, "buttons": list(buttons), "progress": progress_state(job)}


def cut_line(wb: Workbench) -> Line | None:
    """Say how many chunks the chosen model does not read to their end, and offer to cut them again."""
    cut = wb.plan.truncated if wb.plan is not None else 0
    if not cut:
        return None
    limit = wb.model_info.max_tokens if wb.model_info is not None else None
    than = f"than the {limit:,} tokens that this model reads" if limit else "than this model reads"
    are, them = ("is", "it") if cut == 1 else ("are", "them")
    text = f"{cut:,} of {count(len(wb.chunk_list), 'chunk')} {are} longer {than}: the rest of {them} is not seen."
    again = button(
        "Cut again for this model",
        "rechunk",
        "Cut the documents anew, so that the model reads every chunk to its end",
        off=running(wb, "embed") is not None or wb.read_only,
    )
    return _line("cut", text, again, kind="warn")


def sending_line(wb: Workbench, info: ModelInfo | None) -> Line | None:
    """Say where texts go that a model on somebody else's machine reads, how many, and what that costs."""
    if info is None or not info.destination:
        return None
    if info.id in getattr(wb, "consent", ()) or getattr(wb.model, "consent", False):
        return _line("sending", f"Chunks and questions go to {info.destination}: you have allowed it.")
    text = f"Chunks and questions would go to {info.destination}. {_amount(wb, info)}"
    return _line("sending", text, button("Allow and use", "allow", primary=True, model=info.id), kind="warn")


def _amount(wb: Workbench, info: ModelInfo) -> str:
    plan = wb.plan if wb.model_info is not None and wb.model_info.id == info.id else None
    if plan is None:
        texts = count(len(wb.chunk_list), "chunk")
        return f"There are {texts}." if wb.chunk_list else "How many is known once a corpus is read."
    if not plan.missing:
        return "All chunks have a vector: only questions would be sent."
    tokens = getattr(plan, "missing_tokens", None)
    told = f"{count(plan.missing, 'text')}{f', about {tokens:,} tokens' if tokens else ''}"
    if info.price is None:
        return f"{told}; the provider says what they cost."
    if not tokens:
        return f"{told}, at {price_text(info.price)}."
    cost = info.price * tokens / 1e6
    return f"{told}: {f'about ${cost:.2f}' if cost >= 0.01 else 'less than $0.01'} at {price_text(info.price)}."


def price_text(price: float) -> str:
    """Give a price for a million tokens in words: `$0.02 a million tokens`."""
    return f"${price:{'.2f' if round(price, 2) == price else 'g'}} a million tokens"


def check_line(wb: Workbench) -> Line:
    """Say what the engine check found, in one sentence."""
    job, check = running(wb, "check"), wb.model_check
    if job is not None:
        return _line("check", "Checking whether this engine embeds rightly…")
    if check is None or check.model != model_id(wb.model):
        return _line("check", "This engine has not been checked.", button("Check", "check"))
    if check.passed:
        return _line("check", _passed(check), kind="ok")
    first, *others = check.failures
    more = f"{count(len(others), 'more probe')} failed." if others else ""
    text = " ".join(part for part in (first.seen, first.advice, more) if part)
    return _line("check", text, button("Check again", "check"), kind="warn")


def _passed(check: ModelCheck) -> str:
    asked = sum(probe.passed is True for probe in check.probes)
    silent = len(check.probes) - asked
    rest = f"; {silent} could not be asked" if silent else ""
    return f"Engine checked: {count(asked, 'probe')} passed{rest}."


def int8_line(wb: Workbench, kept: Quantization | None) -> Line | None:
    """Offer an int8 copy, or say what it costs in truth and gives in speed.

    Parameters
    ----------
    wb
        The workbench.
    kept
        The measurement after which float32 was kept.
    """
    job = running(wb, "int8")
    if job is not None:
        far = job_text(job) or "about half a minute, once"
        return _line("int8", join(f"{job.label}…", far), button("Cancel", "cancel_int8"), job=job)
    model = getattr(wb.prepared, "model", None)
    name = model_id(wb.model)
    if model is None or model_id(model) != name or not hasattr(model, "quantized"):
        return None
    found = wb.quantization if wb.quantization is not None and wb.quantization.model == name else None
    if getattr(model, "variant", "") == "int8":
        back = button("Back to float32", "choose", f"Use {name} with its own settings", model=name)
        return _line("int8", join("int8 in use", _drift(found) if found else ""), back)
    if found is None:
        return _line("int8", "int8: about twice as fast, slightly different vectors.", button("Try int8", "quantize"))
    use = button("Use int8", "accept", "Chunks are embedded again; the float32 vectors stay stored")
    if kept is not None and found is kept:
        return _line("int8", f"float32 kept · int8: {_drift(found)}", use)
    return _line("int8", f"int8: {_drift(found)}", use, button("Keep float32", "keep"))


def _drift(found: Quantization) -> str:
    return join(
        f"{found.speed:.1f} times as fast",
        f"cosine to float32 {found.mean_cosine:.3f} on average, {found.least_cosine:.3f} at least",
        f"{100 * found.overlap:.0f} of 100 nearest chunks the same",
        f"measured on {count(found.compared, 'chunk')}",
    )


def download_line(wb: Workbench, info: ModelInfo | None) -> Line | None:
    """Offer the download of a chosen model that is not on this machine yet."""
    if info is None or info.ready or info.destination or info.provider not in FETCHED:
        return None
    return _line("download", "This model is not on this machine yet.", pull_button(wb, info))


def pull_button(wb: Workbench, info: ModelInfo) -> Line:
    """Give the button that downloads a model, with its size where that is known."""
    size = bytes_text(info.size_mb * 1e6) if info.size_mb else ""
    down = info.provider == "ollama" and not (wb.server is not None and wb.server.reachable)
    why = "Start Ollama first" if down else f"Download with {'Ollama' if info.provider == 'ollama' else 'Hugging Face'}"
    return button(f"Download {size}".strip(), "pull", why, off=down or running(wb, "pull") is not None, model=info.id)
