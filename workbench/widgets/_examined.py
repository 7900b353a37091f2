"""What is known of an answer's sentences and passages, as rows: support, a judge's word, what each passage gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.generation import EXTRACTIVE
from workbench.records import Answer, Attribution, Judgement
from workbench.widgets._words import count, join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["attribution_of", "examined", "judgement_of"]

_VERDICTS = {True: "yes", False: "no", None: "no verdict"}


def judgement_of(wb: Workbench, answer: Answer) -> Judgement | None:
    """Give what a judge said, if it was of this answer."""
    found: Judgement | None = wb.judgement
    return found if found is not None and found.answer is answer else None


def attribution_of(wb: Workbench, answer: Answer) -> Attribution | None:
    """Give what leaving out passages did, if it was to this answer."""
    found: Attribution | None = wb.attribution
    return found if found is not None and found.answer is answer else None


def examined(wb: Workbench, answer: Answer) -> dict[str, Any]:
    """Give what unfolds below an answer.

    Returns
    -------
    dict
        `method` in words; `sentences`, a row each: `t`, `support` and `share` of it, `passages`, `weak`, `verdict`;
        `judged` and `left` in one sentence each, empty where nobody asked; `passages`, a row for each one that was left
        out; `judges` whether there is a language model that could judge.
    """
    judgement, attribution = judgement_of(wb, answer), attribution_of(wb, answer)
    return {
        "method": answer.support_method,
        "sentences": _sentences(answer, judgement),
        "judged": _judged(judgement) if judgement else "",
        "left": _left(attribution) if attribution else "",
        "passages": [
            {"rank": one.rank, "share": one.change, "change": f"{one.change:.0%}", "t": one.text}
            for one in (attribution.passages if attribution else ())
        ],
        "judges": answer.model != EXTRACTIVE,
    }


def _sentences(answer: Answer, judgement: Judgement | None) -> list[dict[str, Any]]:
    verdicts = {one.sentence: _VERDICTS[one.supported] for one in (judgement.verdicts if judgement else ())}
    return [
        {
            "t": one.text,
            "support": f"{one.support:.0%}",
            "share": round(one.support, 3),
            "passages": ", ".join(str(rank) for rank in one.passages),
            "weak": not one.supported,
            "verdict": verdicts.get(one.text, ""),
        }
        for one in answer.sentences
    ]


def _judged(found: Judgement) -> str:
    failures = count(found.failures, "reply") + " neither yes nor no" if found.failures else ""
    failures = failures.replace("replys", "replies")
    said = f"{short_model(found.model)} as judge: {found.supported} of {count(len(found.verdicts), 'sentence')} held"
    return join(said, failures, "" if found.complete else "not finished")


def _left(found: Attribution) -> str:
    said = "How much of the answer is gone without each passage"
    return join(said, "" if found.complete else "not finished")
