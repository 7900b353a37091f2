"""The public verbs about the map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Cancelled
from workbench.jobs.lane import Job
from workbench.session import work
from workbench.session.explore import write_picture
from workbench.session.map_fields import ANCHORED, CLUSTER, around, drawn
from workbench.session.models import ModelVerbs

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    import plotly.graph_objects as go

    from workbench.records import Anchored, Clustering, Projection, Region, TwinMaps

__all__ = ["MapVerbs"]


class MapVerbs(ModelVerbs):
    """Drawing the map, and asking it."""

    def map(
        self,
        color: str | None = None,
        dimensions: int | None = None,
        query: str | None = None,
        method: str | None = None,
        n_neighbors: int | None = None,
        min_dist: float | None = None,
        seed: int | None = None,
        refit: bool = False,
    ) -> go.Figure:
        """Draw the map as a static figure.

        Parameters
        ----------
        color
            `source`, `similarity` (to the question), a metadata field, `cluster`, `similarity to a chunk`,
            `tokens cut off`, `times retrieved` or `distortion`.
        dimensions
            2 or 3.
        query
            A question to search for and draw; by default the last one.
        method
            `pca`, `umap` (waits for it), or None: UMAP if it is laid out already, else PCA.
        n_neighbors, min_dist, seed
            UMAP's; a picture made with others is stored beside it.
        refit
            Lay all chunks out anew. Otherwise those that were in the picture stay where they are, and new ones are put
            beside them.
        """
        from workbench.figures import map_figure

        chosen = {"n_neighbors": n_neighbors, "min_dist": min_dist, "map_seed": seed}
        self.choose(color=color, dimensions=dimensions, **chosen)
        if query is not None:
            self.search(query)
        layout = self._laid_out(method, refit)
        if self.color == CLUSTER:
            self._clustered()
        return map_figure(layout, self.chunk_list, **drawn(self), **around(self))

    def search(self, question: str) -> Any:
        """Find passages; see `Workbench.search`."""
        raise NotImplementedError

    def _laid_out(self, method: str | None, refit: bool = False) -> Projection:
        if method is None and not refit and self.under_way("map", "umap"):
            return self._laid_out_beside()
        layout: Projection = self.do("map", method, *([refit] if refit else []))
        if self.live and method is None and layout.method != "umap":
            self.submit("map", "umap")  # this call has overtaken the one that the live map waits for
        return layout

    def _laid_out_beside(self) -> Projection:
        """Give the picture that is there by now, and leave alone the job that the live map waits for."""
        job = Job("beside", lambda job: work.layout_now(self, job))
        job.run()
        layout: Projection = job.wait()
        return layout

    def save_map(self, path: str | Path, title: str | None = None, dark: bool = False) -> Path:
        """Write the map as it is drawn now to a .png, .svg or .html file.

        The HTML file holds the map, the question, its lines and passages, and opens without a network.
        """
        if self.projection is None:
            self._laid_out(None)
        return write_picture(self, path, title, dark)

    # Asking the map ---------------------------------------------------------------------------------------------

    @property
    def clusters(self) -> pd.DataFrame:
        """The clusters of the map as it is drawn: cluster, label, size, keywords, exemplar, ids; noise is -1."""
        return self._clustered().to_frame()

    def _clustered(self) -> Clustering:
        if self.projection is None:
            self._laid_out(None)
        while (found := self.clustering) is None:
            job = self.submit("cluster")
            try:
                return job.wait()  # type: ignore[no-any-return]
            except Cancelled:
                if not job.overtaken:  # by one that looks for them on a picture that came meanwhile
                    raise
        return found

    def name_clusters(self, llm: Any = None) -> pd.DataFrame:
        """Have the language model name the clusters, and give them."""
        self._clustered()
        self.do("name_clusters", llm=llm)
        return self.clusters

    def similar_to(self, chunk_id: str) -> Anchored:
        """Colour the map by the true similarity to one chunk; gives its true neighbours and where the map has them."""
        if self.projection is None:
            self._laid_out(None)
        self.anchor, self.color = chunk_id, ANCHORED
        return self.do("anchor", chunk_id)  # type: ignore[no-any-return]

    def near_duplicates(self, threshold: float = 0.95) -> pd.DataFrame:
        """List chunks that are almost the same: group, id, cosine (the least that holds the group together), text."""
        found = self.do("near_duplicates", threshold)
        rows = [(number, one, cosine) for number, (ids, cosine) in enumerate(found) for one in ids]
        return self._with_text(rows, ["group", "id", "cosine"])

    def outliers(self, count: int = 20) -> pd.DataFrame:
        """List the chunks that are least like any others: id, cosine (mean to the 10 nearest), text."""
        return self._with_text(self.do("outliers", count), ["id", "cosine"])

    def nearest(self, ids: Any = None, k: int = 10) -> pd.DataFrame:
        """List the k chunks nearest to any of some chunks, by default the selected ones: id, cosine, text."""
        chosen = self.selection if ids is None else ids
        chosen = [chosen] if isinstance(chosen, str) else list(chosen["id"] if hasattr(chosen, "columns") else chosen)
        return self._with_text(self.do("nearest", tuple(chosen), k), ["id", "cosine"])

    @property
    def least_trusted(self) -> tuple[Region, ...]:
        """The parts of the map that keep true neighbours worst, worst first; () until neighbours are known."""
        from workbench.projection import least_trusted

        return () if self.projection is None else least_trusted(self.projection)

    def compare_maps(self, model: Any) -> TwinMaps:
        """Embed the same chunks with a second model too, and lay both maps side by side."""
        return self.do("twin", model)  # type: ignore[no-any-return]

    def _with_text(self, rows: Collection[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
        import pandas as pd

        frame = pd.DataFrame(list(rows), columns=columns)
        texts = {chunk.id: chunk.text for chunk in self.chunk_list}
        frame["text"] = [texts.get(one, "") for one in frame["id"]]
        return frame
