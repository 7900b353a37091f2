"""The public verbs that look closely at an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.session.models import ModelVerbs

if TYPE_CHECKING:
    from workbench.records import Attribution, Contexts, Judgement

__all__ = ["AnswerVerbs"]


class AnswerVerbs(ModelVerbs):
    """Judging an answer, taking it apart, and trying other contexts."""

    def compare_contexts(self, question: str, llm: Any = None, **options: Any) -> Contexts:
        """Answer a question with its passages, without any, and with the wrong ones.

        Parameters
        ----------
        question
            Any text with words in it.
        llm
            A language model; by default the chosen one.
        **options
            As in `search`: `top_k`, `mode`, `metric` and so on.

        Returns
        -------
        Contexts
            Three answers of the same model, seed and temperature. The wrong passages are as many as the right ones,
            from the far end of the ranking.
        """
        return self.do("compare_contexts", question, llm=llm, **options)

    def judge(self, llm: Any = None) -> Judgement:
        """Have a language model say, yes or no, whether the passages hold each sentence of the last answer.

        A reply that is neither counts as a failure and for neither side.

        Parameters
        ----------
        llm
            The judge; by default the chosen language model.
        """
        return self.do("judge", llm)

    def attribute(self, llm: Any = None) -> Attribution:
        """Ask the last question again without each passage of its prompt, and say how much the answer changes.

        Parameters
        ----------
        llm
            By default the model that wrote the answer.
        """
        return self.do("attribute", llm)
