"""A copied request says the same as what our client sends: parsed, and run where the machine can run it."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import WordTokenizer
from workbench.errors import InputError
from workbench.models.ollama.model import OllamaEmbedding
from workbench.models.ollama.requests import (
    Request,
    as_curl,
    as_javascript,
    as_python,
    embed_request,
    encode,
    pull_request,
)

HOST = "http://127.0.0.1:11434"
HOSTILE = [
    "Which animal gives wool?",
    'it\'s "quoted" `and` $HOME $(id) ${x} %s {y} \\ \\n !! # ; & | > < *',
    "two\nlines\r\n\ttab\x00nul\x1b[31mred\x07",
    "</script><!-- --> <script>alert(1)</script>",
    "line\u2028paragraph\u2029next\u0085c1\u009b ltr\u202ertl zwj\u200d bom\ufeff",
    "vicuña 🦙 水 \ud83e half",
    "\\u003c \\' ''' \"\"\" '",
    "EOF\nEND\n'END'",
    "",
]


def paired(text: str) -> str:
    """Make one character of two halves that stand side by side, as every reader of JSON does."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


letters = st.characters(exclude_categories=()) | st.sampled_from("'\"\\`$\n\u2028<>/!{}\ud83e")
texts = st.text(letters, max_size=40).map(paired)
hostile = st.lists(texts, min_size=1, max_size=3)


def request_of(given_texts: list[str]) -> Request:
    return embed_request(HOST, "all-minilm", given_texts, keep_alive="5m", dimensions=64)


def curl_body(command: str) -> object:
    """Parse a curl command as a POSIX shell would, and give the JSON that it sends."""
    words = shlex.split(command)
    assert words[: words.index("-H")] == ["curl", "-X", "POST", f"{HOST}/api/embed"]
    return json.loads(words[words.index("--data-raw") + 1])


def python_body(script: str) -> object:
    """Give the literal that is bound to `body`."""
    found = [
        node.value for node in ast.parse(script).body if isinstance(node, ast.Assign) and node.targets[0].id == "body"
    ]
    return ast.literal_eval(found[0])


def python_arguments(script: str) -> dict[str, object]:
    """Give the keywords of the call of a client's method."""
    calls = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]
    found = [node.keywords for node in calls if getattr(node.func, "attr", "") in ("embed", "pull")]
    return {keyword.arg: ast.literal_eval(keyword.value) for keyword in (found or [[]])[0]}


def javascript_object(script: str, before: str) -> object:
    """Give the JSON that follows `before` in a script."""
    return json.JSONDecoder().raw_decode(script[script.index(before) + len(before) :])[0]


@given(hostile)
def test_whatever_the_text_each_language_says_the_same(given_texts):
    request = request_of(given_texts)
    wanted = dict(request.body)
    assert curl_body(as_curl(request)) == wanted
    assert python_body(as_python(request)) == wanted
    packaged = as_python(request, package=True)
    assert (python_arguments(packaged) or python_body(packaged)) == wanted
    halves = any("\ud800" <= one <= "\udfff" for text in given_texts for one in text)
    assert ("import ollama" in packaged) is not halves
    assert javascript_object(as_javascript(request), "body: JSON.stringify(") == wanted
    assert javascript_object(as_javascript(request, package=True), "ollama.embed(") == wanted


@given(hostile)
def test_no_text_can_hide_or_leave_its_place(given_texts):
    request = request_of(given_texts)
    written = [
        as_code
        for package in (False, True)
        for as_code in (as_python(request, package), as_javascript(request, package))
    ]
    for code in (as_curl(request), *written):
        assert all(one.isprintable() or one == "\n" for one in code)
    for code in (as_javascript(request), as_javascript(request, package=True)):
        assert "</" not in code
        assert "<!" not in code


@given(hostile)
def test_the_bytes_on_the_wire_are_the_json_of_the_body(given_texts):
    body = request_of(given_texts).body
    assert json.loads(encode(body)) == body


def test_an_id_becomes_exactly_this():
    request = embed_request(HOST, "all-minilm", ["It's a llama."])
    assert as_curl(request) == (
        "curl -X POST http://127.0.0.1:11434/api/embed -H 'Content-Type: application/json' "
        """--data-raw '{"model": "all-minilm", "input": ["It'\\''s a llama."], "truncate": false}'"""
    )
    assert as_python(request, package=True) == (
        "# pip install ollama\nimport ollama\n\nclient = ollama.Client(host='http://127.0.0.1:11434')\n"
        "reply = client.embed(\n    model='all-minilm',\n    input=[\"It's a llama.\"],\n    truncate=False,\n)\n"
        "print(len(reply.embeddings), reply.embeddings[0][:5])"
    )
    assert as_javascript(request).splitlines()[:3] == [
        'const reply = await fetch("http://127.0.0.1:11434/api/embed", {',
        '  method: "POST",',
        '  headers: { "Content-Type": "application/json" },',
    ]


def test_another_language_is_refused():
    assert request_of(["x"]).as_code("curl") == as_curl(request_of(["x"]))
    assert request_of(["x"]).as_code("python", package=True) == as_python(request_of(["x"]), package=True)
    with pytest.raises(InputError, match=r"no way to write a request in 'cobol'\. Choose curl, python or javascript"):
        request_of(["x"]).as_code("cobol")


# Run ----------------------------------------------------------------------------------------------------------------


def noise(text: str) -> np.ndarray:
    """Give a vector without zeros that depends on the text alone."""
    return np.random.default_rng(zlib.crc32(text.encode())).normal(size=384)


@pytest.fixture
def double(ollama_double):
    ollama_double.embed = lambda given_texts: np.stack([noise(text) for text in given_texts])
    return ollama_double


@pytest.fixture
def model(double):
    made = OllamaEmbedding("all-minilm", tokenizer=WordTokenizer(), keep_alive="5m", dimensions=64)
    yield made
    made.close()


def run(command: list[str], folder: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "NO_PROXY": "*", "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_curl(code: str, folder: Path) -> str:
    (folder / "copied.sh").write_text(code, encoding="utf-8")
    return run(["sh", "copied.sh"], folder)


def run_python(code: str, folder: Path) -> str:
    (folder / "copied.py").write_text(code, encoding="utf-8")
    return run([sys.executable, "copied.py"], folder)


def run_node(code: str, folder: Path) -> str:
    (folder / "copied.mjs").write_text(code, encoding="utf-8")
    return run(["node", "copied.mjs"], folder)


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
RUNS = [
    pytest.param("curl", False, run_curl, marks=needs_curl, id="curl"),
    pytest.param("python", False, run_python, id="python"),
    pytest.param("python", True, run_python, id="ollama-python"),
    pytest.param("javascript", False, run_node, marks=needs_node, id="fetch"),
    pytest.param("javascript", True, run_node, marks=needs_node, id="ollama-js"),
]
# Stands for ollama-js, which does the same with the fields it is given.
OLLAMA_JS = """
export class Ollama {
  constructor({ host }) { this.host = host; }
  async post(path, given) {
    const headers = { "Content-Type": "application/json" };
    return fetch(this.host + path, { method: "POST", headers, body: JSON.stringify(given) });
  }
  async embed(given) { return (await this.post("/api/embed", { ...given })).json(); }
  async pull(given) {
    const text = await (await this.post("/api/pull", { ...given })).text();
    return (async function* () { for (const line of text.trim().split("\\n")) yield JSON.parse(line); })();
  }
}
"""


@pytest.fixture
def folder(tmp_path):
    package = tmp_path / "node_modules" / "ollama"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "ollama", "type": "module", "main": "index.js"}')
    (package / "index.js").write_text(OLLAMA_JS)
    return tmp_path


def kind_of(request: object) -> str:
    return {name.lower(): value for name, value in request.headers.items()}["content-type"]


@pytest.mark.parametrize(("language", "package", "run_it"), RUNS)
def test_a_copied_request_arrives_as_ours_does(double, model, folder, language, package, run_it):
    model.embed(HOSTILE, "document")  # more than one batch
    ours = double.requests[-2:]
    assert [request.path for request in ours] == ["/api/embed"] * 2
    double.requests.clear()
    for batch in (HOSTILE[:8], HOSTILE[8:]):
        run_it(model.request(batch).as_code(language, package=package), folder)
    theirs = double.requests
    assert [(one.method, one.path, one.body) for one in theirs] == [(one.method, one.path, one.body) for one in ours]
    assert {kind_of(one) for one in (*ours, *theirs)} == {"application/json"}


@pytest.mark.parametrize(("language", "package", "run_it"), RUNS)
def test_a_copied_request_prints_the_vectors(double, model, folder, language, package, run_it):
    said = run_it(model.request(["llama"]).as_code(language, package=package), folder)
    numbers = [float(number) for number in re.findall(r"-?\d\.\d+(?:e-\d+)?", said)]
    assert numbers[:5] == pytest.approx(model.embed(["llama"], "document")[0, :5].tolist(), abs=1e-6)


def test_the_bytes_of_our_client_are_those_of_the_request(double, model):
    model.embed(HOSTILE[:8], "document")
    assert double.requests[-1].raw == encode(model.request(HOSTILE[:8]).body)
    assert model.request(["x"]).url == f"{double.url}/api/embed"


@needs_curl
def test_a_text_too_long_for_an_argument_goes_through_a_here_document(double, model, tmp_path):
    double.models["all-minilm:latest"].num_ctx = lambda options: 10**6
    long = "it's $HOME \\ END\n" * 12_000
    code = model.request([long]).as_code("curl")
    assert code.endswith("\nEND")
    run_curl(code, tmp_path)
    assert double.sent("/api/embed")[-1] == model.request([long]).body


@pytest.mark.parametrize(("language", "package", "run_it"), RUNS)
def test_pulling_can_be_copied_too(double, folder, language, package, run_it):
    said = run_it(pull_request(double.url, "nomic-embed-text").as_code(language, package=package), folder)
    [sent] = double.sent("/api/pull")
    assert sent.pop("insecure", False) is False  # which Ollama's Python package adds
    assert sent == {"model": "nomic-embed-text", "stream": True}
    assert "success" in said
    assert "nomic-embed-text:latest" in double.models


@pytest.mark.parametrize(("language", "package", "run_it"), RUNS)
def test_a_request_without_a_body_and_one_of_another_route(double, folder, language, package, run_it):
    said = run_it(Request("GET", f"{double.url}/api/version").as_code(language, package=package), folder)
    assert "0.24.0" in said
    body = {
        "model": "tiny-random",
        "messages": [{"role": "user", "content": "It's <b>?"}],
        "truncate": False,
        "stream": False,
    }
    double.script("A llama.")
    said = run_it(Request("POST", f"{double.url}/api/chat", body).as_code(language, package=package), folder)
    assert double.sent("/api/chat") == [body]
    assert "A llama." in said
