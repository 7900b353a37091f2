"""Probes of what the engine says of itself: its tokens, its limit, its weights."""

from __future__ import annotations

from itertools import cycle, islice

from workbench.errors import ModelError
from workbench.models.check.answers import failed, not_asked, passed
from workbench.models.check.figures import long_kind
from workbench.models.check.sheet import SAME, STOPS, NotAsked, Sheet, cosine
from workbench.models.check.texts import COUNTED, FILLER, TAIL
from workbench.protocols import EmbeddingModel
from workbench.records import Probe

__all__ = ["length", "tokens"]

LONGEST = 1024
"""Most tokens for which the limit is tried out: a check shall take about a second, and a longer text takes more."""

_BEYOND = 32
"""Tokens by which a text is too long."""


def tokens(sheet: Sheet) -> Probe:
    """Compare the tokens that the server says it read with those of the model's own tokenizer."""
    model = sheet.model
    if not model.tokenizer.exact:
        return not_asked("tokens", "The model's own tokenizer is not at hand, so that tokens are estimated")
    ask = getattr(model, "served_tokens", None)
    served = ask(list(COUNTED.values())) if ask is not None else None
    if served is None:
        return not_asked("tokens", "The engine does not say how many tokens it reads")
    own = model.tokenizer.count(list(COUNTED.values())) + model.special_tokens
    wrong = {
        kind: (text, theirs, int(ours))
        for (kind, text), theirs, ours in zip(COUNTED.items(), served, own, strict=True)
        if theirs != ours
    }
    if not wrong:
        return passed("tokens", f"It counts the tokens of {len(own)} texts as the model's own tokenizer does")
    text, theirs, ours = next(iter(wrong.values()))
    return failed(
        "tokens",
        f"{sheet.who} counts other tokens than the model's own tokenizer",
        "It splits text otherwise than the model was trained on, so that vectors drift without a word. Update it, or "
        "read the same weights with another engine (huggingface:, or bundled:all-MiniLM-L6-v2).",
        f"{theirs}, not {ours}, in “{text}”; {len(wrong)} of {len(own)} texts differ",
        [] if "" in wrong else list(wrong),
    )


def length(sheet: Sheet) -> Probe:
    """Send a text that is too long, the same one cut where the model says it cuts, and one with another end."""
    limit = sheet.model.max_tokens
    if limit > LONGEST:
        return not_asked("length", f"A text of more than {limit:,} tokens would take too long to ask")
    over, twin, whole, other = _long_texts(sheet.model)
    promised = str(sheet.said.get("truncation", ""))
    try:
        long = sheet.ask([over])[0]
    except STOPS:
        raise
    except ModelError as error:
        return _refused(sheet, promised, error)
    if promised == "none":
        finding = f"{sheet.who} says that it refuses texts of more than {limit:,} tokens, and cuts them without a word"
        return failed("length", finding, _SMALLER, concerns=[long_kind(limit)])
    if not sheet.steady:
        raise NotAsked("The same text twice gives two vectors here, so that a cut cannot be seen")
    if cosine(sheet.vector(whole), sheet.vector(other)) >= SAME:
        read = _read(sheet, whole)
        finding = f"{sheet.who} says that it reads {limit:,} tokens, and cuts texts after {read:,} without a word"
        return failed("length", finding, _SMALLER, concerns=[long_kind(read)])
    return _cut(sheet, cosine(long, sheet.vector(twin)))


def _cut(sheet: Sheet, same: float) -> Probe:
    """Judge by the cosine between texts that are alike up to the limit; to read beyond an estimate is no fault."""
    limit = sheet.model.max_tokens
    if same >= SAME:
        return passed("length", f"A text over {limit:,} tokens is cut there, and read up to there")
    if not sheet.model.tokenizer.exact:
        return passed("length", f"A text of {limit:,} tokens, by estimate, is read whole, and longer ones beyond that")
    finding = f"{sheet.who} does not cut a text after {limit:,} tokens, where it says"
    return failed("length", finding, _SMALLER, f"cosine {same:.3f} to the text cut there", [long_kind(limit)])


_SMALLER = "Choose a smaller chunk size, so that nothing has to be cut, or give the model its true limit."


def _read(sheet: Sheet, whole: str) -> int:
    """Find by bisection after how many tokens, special ones included, another ending is no longer seen."""
    words = whole.split(" ")
    low, high = 0, len(words)  # another ending after `low` words is seen, after `high` words it is not
    while high - low > 1:
        middle = (low + high) // 2
        other = " ".join([*words[:middle], *islice(cycle(TAIL), len(words) - middle)])
        if cosine(sheet.vector(whole), sheet.vector(other)) >= SAME:
            high = middle
        else:
            low = middle
    model = sheet.model
    return int(model.tokenizer.count([" ".join(words[:high])])[0]) + model.special_tokens


def _refused(sheet: Sheet, promised: str, error: ModelError) -> Probe:
    if promised == "end":
        finding = f"{sheet.who} says that it cuts long texts, and refuses them"
        return failed("length", finding, _SMALLER, str(error).rstrip("."), [long_kind(sheet.model.max_tokens)])
    return passed("length", f"A text over {sheet.model.max_tokens:,} tokens is refused, with a word")


def _long_texts(model: EmbeddingModel) -> tuple[str, str, str, str]:
    """Give a text over the limit, its twin, the longest text that is read whole, and one with another end than that.

    The twin must have the same vector as the first. Where the limit falls between two words it is the first, cut
    there; else, and with an estimate, it is as long and differs only after as many words as there are tokens.
    """
    room = max(2, model.max_tokens - model.special_tokens)
    words = list(islice(cycle(FILLER), room))
    over = " ".join([*words, *FILLER[:_BEYOND]])
    spans = model.tokenizer.offsets([over])[0]
    end = int(spans[min(room, len(spans)) - 1][1])
    at_word = over[end : end + 1] == " "
    whole = over[:end] if at_word else over[:end].rpartition(" ")[0]
    twin = whole if at_word and model.tokenizer.exact else " ".join([*words, *islice(cycle(TAIL), _BEYOND)])
    # Only the last few tokens are others, so that a limit a little below the promised one shows.
    kept = whole[: int(spans[max(0, room - len(TAIL))][0])].split(" ")[:-1]
    return over, twin, whole, " ".join([*kept, *islice(cycle(TAIL), whole.count(" ") + 1 - len(kept))])
