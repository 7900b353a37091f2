from __future__ import annotations

import subprocess
import sys

from workbench.__main__ import main


def test_ask_prints_answer_context_and_scores_and_writes_the_map(folder, tmp_path, capsys):
    page = tmp_path / "map.html"
    status = main(
        ["ask", str(folder), "What does the alpaca give?", "--store", str(tmp_path / "s"), "--map", str(page)]
    )
    said = capsys.readouterr().out
    assert status == 0
    assert "“The alpaca gives fine wool.” [1]" in said
    assert "extractive (no language model: quoted sentences)" in said
    assert "Context (cosine, 3 of 3 chunks searched)" in said
    assert "herds/alpaca.md  Alpaca  (cited)" in said
    assert f"Map (PCA, 3 chunks): {page}" in said
    html = page.read_text(encoding="utf-8")
    assert "What does the alpaca give?" in html
    assert "<script src=" not in html


def test_the_terminal_obeys_nothing_that_a_document_says(tmp_path, capsys):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("Llamas hum \x1b[31mred\x1b[0m and \u202eabc walk.", encoding="utf-8")
    main(
        [
            "ask",
            str(tmp_path / "corpus"),
            "Who hums?",
            "--store",
            str(tmp_path / "s"),
            "--map",
            str(tmp_path / "m.html"),
        ]
    )
    said = capsys.readouterr().out
    assert said.count("␛[31mred") == 2
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_embed_counts_chunks(folder, tmp_path, capsys):
    arguments = ["embed", str(folder), "--store", str(tmp_path / "s")]
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("3 chunks: 3 new, 0 changed, 0 gone, 0 reused in ")
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("3 chunks: 0 new, 0 changed, 0 gone, 3 reused in ")


def test_errors_are_one_sentence(tmp_path, capsys):
    assert main(["ask", str(tmp_path / "nothing"), "Anybody?"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("workbench: ")
    assert "nothing" in said
    assert "Traceback" not in said


def test_a_reader_that_has_seen_enough_is_no_error(folder, tmp_path):
    command = [sys.executable, "-m", "workbench", "embed", str(folder), "--store", str(tmp_path / "s")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), said) == (0, "")
