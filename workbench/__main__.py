"""The main jobs without a notebook.

python -m workbench lab                       open the notebooks
python -m workbench embed data/camelids       load, chunk and embed
python -m workbench ask data/camelids "What animals are llamas related to?"
python -m workbench doctor data/camelids      what is wrong here, and what to do
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.records import Answer, Passage, Progress
from workbench.retrieval import MODES
from workbench.shown import visible

if TYPE_CHECKING:
    from workbench import Workbench

__all__ = ["main"]

_WIDTH = 100


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status: 0 done, 1 an error that was told, 130 interrupted."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except WorkbenchError as error:
        print(f"workbench: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our output (head, less) has seen enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("workbench: interrupted; what was embedded is kept.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workbench", description="Embed a corpus, search it, ask it.")
    commands = parser.add_subparsers(required=True, metavar="command")

    lab = commands.add_parser("lab", help="open JupyterLab on the workbench's notebooks")
    lab.add_argument("options", nargs="*", help="passed on to JupyterLab")
    lab.set_defaults(run=_lab)

    embed = commands.add_parser("embed", help="load, chunk and embed a corpus")
    _common(embed)
    embed.set_defaults(run=_embed)

    ask = commands.add_parser("ask", help="answer a question from a corpus, and draw the map")
    _common(ask)
    ask.add_argument("question")
    ask.add_argument("--llm", help="language model, such as ollama:llama3.2 or extractive")
    ask.add_argument("--top-k", type=int, help="number of passages (default 5)")
    ask.add_argument("--mode", choices=MODES, help="search by meaning, by words or by both (default dense)")
    ask.add_argument("--rerank", help="cross-encoder that reads the best again, such as a folder or an id of the hub")
    ask.add_argument("--map", type=Path, default=Path("map.html"), help="where to write the map (default map.html)")
    ask.set_defaults(run=_ask)

    doctor = commands.add_parser("doctor", help="look for what is wrong with the installation and a store")
    doctor.add_argument("place", nargs="?", help="a store, or a corpus whose default store is meant")
    doctor.add_argument("--store", help="a store, whether it is one or not")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.set_defaults(run=_doctor)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpus", help="a folder or a file")
    parser.add_argument("--model", help="embedding model, such as ollama:all-minilm")
    parser.add_argument("--store", help="folder for the vectors")


def _lab(given: argparse.Namespace) -> int:
    from jupyterlab.labapp import main as lab

    notebook = Path(__file__).parent.parent / "notebooks" / "00-workbench.ipynb"
    return int(lab([*([str(notebook)] if notebook.exists() else []), *given.options]) or 0)


def _embed(given: argparse.Namespace) -> int:
    with _opened(given) as wb:
        report = wb.embed()
        print(
            f"{report.total} chunks: {report.new} new, {report.changed} changed, {report.gone} gone, "
            f"{report.reused} reused in {report.seconds:.1f} s. Store: {wb.store_path}"
        )
        if report.truncated:
            print(
                f"{report.truncated} chunks are longer than {wb.model_info.max_tokens} tokens; their end is not read."
            )
        wb.close(finish=True)  # nobody waits at a prompt for more, and other tools want the whole index
    return 0


def _ask(given: argparse.Namespace) -> int:
    began = time.perf_counter()
    with _opened(given) as wb:
        answer = wb.ask(given.question, llm=given.llm, top_k=given.top_k, mode=given.mode, rerank=given.rerank)
        assert isinstance(answer, Answer)
        _print_answer(answer)
        _write_map(wb, given.map)
    print(f"{time.perf_counter() - began:.1f} s in all")
    return 0 if answer.complete else 1


def _doctor(given: argparse.Namespace) -> int:
    from workbench.doctor import examine
    from workbench.session.places import store_of

    found = examine(Path(given.store).expanduser().resolve() if given.store else store_of(given.place))
    print(json.dumps(found.to_dict(), indent=1) if given.json else found)
    return 0 if found.ok else 1


def _opened(given: argparse.Namespace) -> Workbench:
    from workbench import Workbench

    wb = Workbench(given.corpus, store=given.store, model=given.model)
    if sys.stderr.isatty():
        wb.observe(lambda change: _tell(change["new"]), names=["progress"])
    return wb


def _tell(progress: dict[str, Progress]) -> None:
    for one in progress.values():
        if one.state == "running" and one.total:
            print(f"\r{visible(one.label)}: {one.done} of {one.total} {one.unit} ", end="", file=sys.stderr, flush=True)
            if one.done == one.total:
                print(file=sys.stderr)


def _print_answer(answer: Answer) -> None:
    retrieval = answer.retrieval
    assert retrieval is not None
    _say(f"\n{answer.question}\n")
    _say(textwrap.fill(answer.text, _WIDTH) or "(no answer)")
    _say(f"\n  {answer.model}" + (" (no language model: quoted sentences)" if answer.model == "extractive" else ""))
    if answer.problem:
        _say(f"  {answer.problem}")
    cited = {citation.number for citation in answer.citations if citation.valid}
    _say(f"\nContext ({retrieval.score_name}, {retrieval.embedded} of {retrieval.total} chunks searched)\n")
    if retrieval.close is False:
        _say(f"Nothing here is close: best cosine {retrieval.best:.2f}, chance level {retrieval.chance_level:.2f}.\n")
    for passage in retrieval:
        _print_passage(passage, passage.rank in cited)


def _print_passage(passage: Passage, cited: bool) -> None:
    chunk = passage.chunk
    place = chunk.leaf or str(chunk.metadata.get("section", ""))
    _say(f"[{passage.rank}] {passage.score:.3f}  {chunk.document}  {place}{'  (cited)' if cited else ''}")
    text = textwrap.shorten(chunk.text, 3 * _WIDTH, placeholder=" ...")
    _say(textwrap.fill(text, _WIDTH, initial_indent="    ", subsequent_indent="    ") + "\n")


def _say(text: str) -> None:
    """Print text that documents, models and servers had a hand in: the terminal obeys none of it."""
    print(visible(text))


def _write_map(wb: Workbench, path: Path) -> None:
    wb.map()
    written = wb.save_map(path)
    print(f"Map ({wb.projection.method.upper()}, {len(wb.projection)} chunks): {written}")


if __name__ == "__main__":
    sys.exit(main())
