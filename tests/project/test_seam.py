"""Nothing is written, committed or asked for but through the seam where the fault tests stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.files import PACKAGE, ROOT, imports

SEAM = ("passing", "writing", ".transaction")
"""What a function must call that uses the disk, SQLite, Chroma or a server itself."""
DISK = {
    "write_text", "write_bytes", "mkdir", "rename", "unlink", "touch", "rmdir", "symlink_to", "hardlink_to", "acquire",
    "mkdtemp", "mkstemp", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "copyfile", "copytree", "copy2",
    "rmtree", "save_model", "savez", "savez_compressed", "savetxt", "tofile", "to_csv", "to_parquet",
}  # fmt: skip
TABLES = {"commit", "executescript", "backup"}
CHROMA = {
    "PersistentClient", "HttpClient", "list_collections", "get_collection", "get_or_create_collection",
    "create_collection", "delete_collection", "upsert",
}  # fmt: skip
MODULES = {
    "os": {
        "open",
        "write",
        "replace",
        "rename",
        "remove",
        "unlink",
        "mkdir",
        "makedirs",
        "symlink",
        "link",
        "truncate",
    },
    "shutil": {"copy", "copyfile", "copytree", "rmtree", "move"},
    "np": {"save", "savez"},
    "json": {"dump"},
    "sqlite3": {"connect"},
    "httpx": {"get", "post", "put", "request", "stream"},
}
CONNECTIONS = ("connection", "write")
STATEMENTS = ("BEGIN", "COMMIT", "INSERT", "DELETE", "UPDATE", "CREATE", "PRAGMA journal_mode")

EXCUSED = {
    "workbench/__main__.py:main": "opens os.devnull, which is never full",
    "workbench/jobs/child.py:_settle": "opens os.devnull, which is never full",
    "workbench/jobs/child.py:run": "waits for its turn at a lock of threads",
    "workbench/index/chroma_stop.py:ask": "makes an empty file in a temporary folder, to ask for a stop",
    "workbench/index/database.py:_check_header": "begins and ends a transaction in which nothing is written",
    "workbench/index/database.py:_before_fork": "waits for locks of threads",
    "workbench/index/database.py:snapshot": "begins and ends a look at the tables, which writes nothing",
    "workbench/session/prepare.py:_turn": "waits for its turn at a lock of threads",
    "workbench/index/chroma_files.py:reading": "opens Chroma's tables to read them",
    "workbench/index/lock.py:holder": "opens the writer's note to read it",
    "workbench/index/embedding.py:turn": "waits for its turn at a lock of threads",
    "workbench/models/llama_index.py:_wait": "waits for its turn at a limiter of requests",
    "workbench/corpus/reading.py:open_bytes": "opens a document to read it",
    "workbench/generation/openai.py:_read": "makes a client, whose requests pass in models/remote/http.py",
    "workbench/models/openai.py:_open": "makes a client, whose requests pass in models/remote/http.py",
}
"""Functions that look as if they wrote, and why they need no seam."""

DOCTOR = "workbench/doctor/"
"""Writes nothing but copies in a folder of its own, and reports whatever fails as a finding."""

HTTP = {
    "workbench/models/ollama/client.py": "each request and each line of a stream passes",
    "workbench/models/huggingface/remote.py": "each request passes, and each piece of a file in fetch.py",
    "workbench/index/chroma_server.py": "names the errors of Chroma's own connection",
    "workbench/interop/chroma_collection.py": "names the errors of Chroma's own connection",
}
"""The rooms that may speak to a server, and what passes the seam there."""


def functions(tree: ast.AST, name: str = "") -> Iterator[tuple[str, ast.AST, list[ast.Call]]]:
    """Yield each function, and the module itself as "", with the calls that stand in it and in no inner function."""
    inner: list[ast.AST] = []
    calls: list[ast.Call] = []
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner.append(node)
            continue
        if isinstance(node, ast.Call):
            calls.append(node)
        waiting.extend(ast.iter_child_nodes(node))
    yield name, tree, calls
    for node in inner:
        yield from functions(node, node.name)


def writes(call: ast.Call) -> str:
    """Name the write that a call is; empty where it is none."""
    function = call.func
    first = call.args[0] if call.args else None
    said = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    if isinstance(function, ast.Name):
        return function.id if function.id in DISK or (function.id == "open" and _for_writing(call, 1)) else ""
    if not isinstance(function, ast.Attribute):
        return ""
    name, owner = function.attr, ast.unparse(function.value)
    known = (
        (name in DISK | TABLES | CHROMA and not (name == "rename" and call.keywords))
        or name in MODULES.get(owner, ())
        or (name == "open" and owner not in {"os", "Image", "webbrowser"} and _for_writing(call, 0))
        or (name == "replace" and len(call.args) == 1 and not call.keywords)
        or (name == "copy" and owner == "shutil")
        or (name in {"execute", "executemany"} and owner.endswith(CONNECTIONS) and said.startswith(STATEMENTS))
        or (name == "count" and owner in {"index", "collection"})
        or (name in {"get", "query", "delete"} and {"ids", "limit", "query_embeddings"} & _keywords(call))
        or (name in {"request", "stream", "get", "post"} and owner.endswith("_client"))
    )
    return f"{owner}.{name}" if known else ""


def _keywords(call: ast.Call) -> set[str]:
    return {keyword.arg or "" for keyword in call.keywords}


def _for_writing(call: ast.Call, place: int) -> bool:
    """Whether a call of open has a mode that writes, or one that cannot be read off."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    modes = named or call.args[place : place + 1]
    return any(not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+") for mode in modes)


def unsealed(path: Path, source: str) -> dict[str, str]:
    """Give, by place, the writes of a file that stand in a function without the seam."""
    found = {}
    for name, _, calls in functions(ast.parse(source)):
        named = {ast.unparse(call.func) for call in calls}
        wrote = sorted(filter(None, map(writes, calls)))
        place = f"{path.relative_to(ROOT).as_posix()}:{name}"
        if wrote and not any(call.endswith(SEAM) for call in named):
            found[place] = ", ".join(wrote)
    return found


def everywhere() -> dict[str, str]:
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 100
    return {place: wrote for path in files for place, wrote in unsealed(path, path.read_text("utf-8")).items()}


def test_every_write_commit_and_chroma_call_passes_the_seam():
    assert {
        place: wrote for place, wrote in everywhere().items() if place not in EXCUSED and not place.startswith(DOCTOR)
    } == {}


def test_nobody_is_excused_who_needs_no_excuse():
    assert EXCUSED.keys() - everywhere().keys() == set()


def test_only_the_rooms_in_charge_speak_to_servers():
    speaking = {"httpx", "requests", "urllib.request", "http.client", "aiohttp"}
    found = {
        path.relative_to(ROOT).as_posix(): named
        for path in sorted(PACKAGE.rglob("*.py"))
        if (named := {name for name in imports(path) if name in speaking or name.partition(".")[0] == "httpx"})
    }
    assert found.keys() == HTTP.keys()


def test_every_client_of_the_openai_package_is_given_our_connection_whose_requests_pass():
    clients = [
        call
        for path in sorted(PACKAGE.rglob("*.py"))
        for _, _, calls in functions(ast.parse(path.read_text("utf-8")))
        for call in calls
        if ast.unparse(call.func) in {"openai.OpenAI", "openai.AzureOpenAI", "OpenAI", "AzureOpenAI"}
    ]
    assert len(clients) == 2
    assert ["http_client" in _keywords(call) for call in clients] == [True, True]


@pytest.mark.parametrize(
    "source",
    [
        "def f(path):\n    path.write_text('llama')",
        "def f(path):\n    with path.open('ab') as file:\n        file.write(b'llama')",
        "def f(path, mode):\n    return open(path, mode)",
        "def f(path):\n    return [open(one, mode='w') for one in path]",
        "def f(path, new):\n    new.replace(path)",
        "def f(path):\n    os.fdopen(os.open(path, os.O_RDWR))",
        "def f(made, target):\n    os.replace(made, target)",
        "def f(path, vectors):\n    np.save(path, vectors)",
        "def f(path):\n    def inner():\n        passing('file', path)\n    path.unlink()",
        "def f(connection):\n    connection.execute('BEGIN IMMEDIATE')",
        "def f(connection):\n    connection.commit()",
        "def f(index, ids):\n    index.delete(ids=ids)",
        "def f(client):\n    return client.list_collections()",
        "def f(self):\n    return self._client.get('/api/tags')",
        "Path('x').mkdir()",
        "class A:\n    async def f(self, path):\n        path.rename('x')",
    ],
)
def test_a_write_without_the_seam_is_seen(source):
    assert len(unsealed(PACKAGE / "new.py", source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def f(path):\n    passing('file', path)\n    path.write_text('llama')",
        "def f(path):\n    with writing(path, 5):\n        path.write_bytes(b'llama')",
        "def f(text):\n    return text.replace('a', 'b'), open('x'), open('x', 'rb')",
        "def f(frame, names):\n    return frame.rename(columns=names), names.get('x'), [].count(1)",
    ],
)
def test_what_passes_or_writes_nothing_is_let_through(source):
    assert unsealed(PACKAGE / "new.py", source) == {}
