"""Probes of how letters and marks are read: accents, capitals, symbols, other scripts."""

from __future__ import annotations

from itertools import combinations

from workbench.models.check.answers import failed, not_asked, passed, quoted
from workbench.models.check.sheet import SAME, Pair, Sheet
from workbench.models.check.texts import (
    ACCENTED,
    CAPITALS,
    MARKS,
    PLAIN_MARKS,
    SCRIPTS,
    UNACCENTED,
    UNLIKE_MARKS,
)
from workbench.records import Probe

__all__ = ["accents", "case", "punctuation", "scripts"]

_SYMBOLS = "< > = + ^ | ~ $"

_OTHER_ENGINE = (
    "Update it and check again. Until then embed such texts with another engine: the same model as huggingface:, or "
    "bundled:all-MiniLM-L6-v2."
)


def accents(sheet: Sheet) -> Probe:
    """Ask words that share nothing but an accent: one vector for all means that accented words are unknown."""
    pairs = list(combinations(ACCENTED, 2))
    near = {pair: sheet.cosine(*pair) for pair in pairs}
    alike = [pair for pair in pairs if near[pair] >= SAME]
    merged, split = sheet.judge(UNACCENTED)
    if not alike and not merged and not split:
        closest = max(pairs, key=near.__getitem__)
        detail = f"the closest, {quoted(closest)}, have cosine {near[closest]:.2f}"
        return passed("accents", "Accented words are told apart", detail)
    parts = []
    if len(alike) == len(pairs):
        finding = f"{sheet.who} reads every accented word as unknown"
        parts = [f"{quoted(ACCENTED[:3])} have one vector"]
    elif alike:
        finding = f"{sheet.who} takes accented words for each other"
        parts = [f"{quoted(alike[0])} have one vector"]
    else:
        finding = f"{sheet.who} reads accented words otherwise than its own tokenizer does"
    parts += _worst(merged, split)
    return failed("accents", finding, _OTHER_ENGINE, "; ".join(parts), ["accents"])


def case(sheet: Sheet) -> Probe:
    """Ask capitals: an uncased model must not mind them, a cased one must; without its tokenizer, always the same."""
    merged, split = sheet.judge(CAPITALS)
    near = [sheet.cosine(*pair) for pair in CAPITALS]
    alike = [cosine >= SAME for cosine in near]
    if not merged and not split and (all(alike) or not any(alike)):
        if all(alike):
            return passed("case", "Capitals do not matter")
        return passed("case", "Capitals matter, in every text", f"cosine {min(near):.2f} to {max(near):.2f}")
    advice = (
        f"Check that it lower-cases text exactly where the model's tokenizer does (`do_lower_case`). {_OTHER_ENGINE}"
    )
    detail = "; ".join(_worst(merged, split)) or f"cosine {min(near):.2f} and {max(near):.2f}"
    what = "minds capitals in some texts and not in others"
    if merged or split:
        what = "reads capitals as small letters" if merged else "minds capitals"
        what += ", and the model's own tokenizer does not"
    return failed("case", f"{sheet.who} {what}", advice, detail, ["capitals"])


def punctuation(sheet: Sheet) -> Probe:
    """Ask symbols with and without spaces, which most tokenizers read alike, and symbols that must be told apart."""
    merged, split = sheet.judge((*MARKS, PLAIN_MARKS, *UNLIKE_MARKS))
    if sheet.same_tokens(*PLAIN_MARKS) is None:
        if sheet.cosine(*PLAIN_MARKS) < SAME:
            why = "The model minds spaces around punctuation, and its tokenizer is not at hand to say where"
            return not_asked("punctuation", why)
        # Spaces around , and ; do not matter, so they must not matter around < and = either.
        split = [(*pair, near) for pair in MARKS if (near := sheet.cosine(*pair)) < SAME]
    if not merged and not split:
        return passed("punctuation", f"Text with {_SYMBOLS} is read as its tokens say")
    what = "does not split text at" if split else "does not read"
    right = " as the model was trained to" if split else ""
    detail = "; ".join(_worst(merged, split))
    return failed("punctuation", f"{sheet.who} {what} {_SYMBOLS}{right}", _OTHER_ENGINE, detail, ["marks"])


def scripts(sheet: Sheet) -> Probe:
    """Ask two words of each script: told apart, or unknown to the tokenizer too."""
    wrong: dict[str, list[str]] = {}
    unknown: list[str] = []
    for script, pair in SCRIPTS.items():
        merged, split = sheet.judge([pair])
        if merged or split:
            wrong[script] = _worst(merged, split)
        elif sheet.cosine(*pair) >= SAME:
            unknown.append(script)
    if wrong:
        finding = f"{sheet.who} reads {', '.join(wrong)} otherwise than its own tokenizer does"
        return failed("scripts", finding, _OTHER_ENGINE, next(iter(wrong.values()))[0], tuple(wrong))
    apart = ", ".join(script for script in SCRIPTS if script not in unknown)
    if not unknown:
        return passed("scripts", f"Told apart: {apart}")
    return passed(
        "scripts", f"{sheet.who} does not know {', '.join(unknown)}", apart and f"told apart: {apart}", unknown
    )


def _worst(merged: list[Pair], split: list[Pair]) -> list[str]:
    """Say which pair shows it best, or nothing where there is none."""
    if split:
        one, other, near = min(split, key=lambda pair: pair[2])
        return [f"{quoted((one, other))} have cosine {near:.2f}, and 1 is right"]
    return [f"{quoted(merged[0][:2])} have one vector, and must not"] if merged else []
