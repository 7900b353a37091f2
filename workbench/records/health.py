"""What is wrong with an installation or a store, and what making a store compact did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.shown import NO_MATH, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Compaction", "Diagnosis", "Finding"]

State = Literal["ok", "note", "problem"]
_MARKS = {"ok": "ok", "note": "note", "problem": "PROBLEM"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    about
        `installation` or `store`.
    name
        What was looked at, in a word or two.
    state
        `ok`; `note`, which a person should know and nothing is broken; or `problem`.
    found
        A sentence.
    remedy
        A sentence that says what to do, commands and calls in backticks; empty where there is nothing to do.
    """

    about: Literal["installation", "store"]
    name: str
    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """All that was looked at, in the order of the checks.

    Attributes
    ----------
    findings
        One for each check, more where there is more to say.
    store
        The folder that was looked at; empty for an installation alone.
    seconds
        How long it took.
    """

    findings: tuple[Finding, ...]
    store: str = ""
    seconds: float = 0.0

    def __repr__(self) -> str:
        notes = sum(finding.state == "note" for finding in self.findings)
        said = f"{len(self.problems)} problems" if self.problems else "nothing is wrong"
        return f"Diagnosis({said}, {notes} notes, {len(self.findings)} findings)"

    def __str__(self) -> str:
        """Give a line a finding, the remedies below, what is wrong last."""
        width = max((len(finding.name) for finding in self.findings), default=0)
        worst_last = sorted(self.findings, key=lambda finding: list(_MARKS).index(finding.state))
        lines = [line for finding in worst_last for line in _lines(finding, width)]
        return visible("\n".join([*lines, repr(self)]))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 - as IPython calls it
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return self.frame.to_html(escape=True, index=False, classes=NO_MATH)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What is wrong."""
        return tuple(finding for finding in self.findings if finding.state == "problem")

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; notes do not count."""
        return not self.problems

    @property
    def frame(self) -> pd.DataFrame:
        """A DataFrame, a row a finding: about, name, state, found, remedy."""
        from workbench.frames import frame_of

        return frame_of(self.findings, Finding)

    def to_dict(self) -> dict[str, Any]:
        """Give plain dicts, lists and texts, as JSON takes them."""
        return {"ok": self.ok, "store": self.store, "findings": [asdict(finding) for finding in self.findings]}


def _lines(finding: Finding, width: int) -> list[str]:
    first = f"{_MARKS[finding.state]:>7}  {finding.name:<{width}}  {finding.found}"
    return [first, f"{'':>7}  {'':<{width}}  -> {finding.remedy}"] if finding.remedy else [first]


@dataclass(frozen=True, eq=False)
class Compaction:
    """What `compact` dropped, or would drop.

    Attributes
    ----------
    dry_run
        Whether it was only counted.
    vectors
        Vectors that no chunk uses: of texts that are gone, and of past questions.
    pictures
        Maps and neighbourhoods of collections that are gone.
    kept
        Boundaries and token counts of documents that are gone.
    collections
        Collections without chunks.
    index
        Names of collections in the Chroma index that the record does not have.
    files
        Names of files and folders that were set aside as damaged or left behind by killed processes.
    uploads
        Folders of files handed over in the browser a week ago or earlier.
    bytes_before, bytes_after
        Of the store and the uploads. In a dry run the second is what files and vectors alone would leave.
    """

    dry_run: bool
    vectors: int
    pictures: int
    kept: int
    collections: int
    index: tuple[str, ...]
    files: tuple[str, ...]
    uploads: int
    bytes_before: int
    bytes_after: int

    def __repr__(self) -> str:
        done = "would drop" if self.dry_run else "dropped"
        return (
            f"Compaction({done} {self.vectors} vectors, {self.pictures} pictures, {self.kept} kept entries, "
            f"{self.collections} empty collections, {len(self.index)} of the Chroma index, {len(self.files)} files, "
            f"{self.uploads} uploads; {self.bytes_before:,} to {self.bytes_after:,} bytes)"
        )
