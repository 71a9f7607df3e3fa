"""The embedded llama.cpp: starts, streams, keeps others out, ends, and starts again in the same process."""

from __future__ import annotations

import re
import subprocess
import sys
import threading

import httpx
import pytest

from rag.errors import GeneratorError, WeightsError
from rag.generators.llama_cpp import LlamaCppGenerator
from rag.model.llm.asking import load_prompt
from rag.protocols import CANNOT_ANSWER
from rag.types import Turn


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"cannot find the model '.*no\.gguf': no such file - run `rag models pull`"):
        LlamaCppGenerator(tmp_path / "no.gguf")


def test_a_file_that_is_no_model_is_named(tmp_path, capfd):
    path = tmp_path / "not-a-model.gguf"
    path.write_bytes(b"This is no model. " * 100)
    with pytest.raises(
        WeightsError, match=r"cannot load the model '.*not-a-model\.gguf': .* - run `rag models verify`"
    ):
        LlamaCppGenerator(path).start()
    assert capfd.readouterr().err == ""


def test_nothing_is_loaded_without_need(tmp_path, sentences):
    path = tmp_path / "not-a-model.gguf"
    path.write_bytes(b"")
    generator = LlamaCppGenerator(path)
    assert (generator.id, generator.prompt_id) == ("llama-cpp/not-a-model", load_prompt("rag.generators", "answer").id)
    assert generator.rewrite("Who?", ()) == "Who?"
    generator.close()


@pytest.fixture(scope="module")
def weights():
    from rag.model import weights

    if not hasattr(weights, "find"):
        pytest.skip("no registry of weights")
    path = weights.find_model("smollm2-135m")
    if path is None:
        pytest.skip("the weights of smollm2-135m are not here - run `rag models pull smollm2-135m`")
    return path


@pytest.fixture(scope="module")
def generator(weights):
    made = LlamaCppGenerator(weights, context_tokens=1024, output_tokens=96, n_threads=1)
    yield made
    made.close()


def address(generator):
    """Where its server listens."""
    return generator._started()._server.url


@pytest.mark.llm
def test_every_statement_of_a_real_model_ends_in_a_marker(generator, sentences):
    evidence = sentences("It rained in Paris on Monday.", "It snowed in Rome on Friday.")
    for question in ("Where did it rain?", "When did it snow?", "Who is the mayor?"):
        text = "".join(generator.generate(question, evidence, ()))
        assert text == CANNOT_ANSWER or re.fullmatch(r"(?:[^\[\]]+(?:\[[12]\]){1,3}\.?)+", text), text


@pytest.mark.llm
def test_a_real_model_rewrites_or_leaves_the_question(generator):
    history = [Turn(question="What did Rubio say about territory?", answer="He spoke of concessions.")]
    rewrite = generator.rewrite("And what did he say about trust?", history)
    assert rewrite
    assert len(rewrite.splitlines()) == 1


@pytest.mark.llm
def test_nobody_without_the_key_can_ask(generator):
    url = address(generator)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url)
    body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    with httpx.Client(trust_env=False) as client:
        assert client.post(f"{url}/chat/completions", json=body).status_code == 401
        assert client.get(url.removesuffix("/v1") + "/slots").status_code == 401
        assert client.get(url.removesuffix("/v1") + "/").status_code in (401, 404)


@pytest.mark.llm
def test_it_ends_and_starts_again_in_one_process(weights, sentences, capfd):
    generator = LlamaCppGenerator(weights, context_tokens=1024, output_tokens=96, n_threads=1)
    texts, urls = [], []
    for _ in range(2):
        texts.append("".join(generator.generate("Where did it rain?", sentences("It rained in Paris."), ())))
        urls.append(address(generator))
        generator.close()
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
            client.get(urls[-1])
    generator.close()
    assert texts[0] == texts[1]
    assert capfd.readouterr() == ("", "")


@pytest.mark.llm
def test_several_threads_wait_for_each_other(generator, sentences):
    alone = "".join(generator.generate("Where did it rain?", sentences("It rained in Paris."), ()))
    texts = []

    def ask():
        texts.append("".join(generator.generate("Where did it rain?", sentences("It rained in Paris."), ())))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == [alone] * 3


@pytest.mark.llm
def test_an_abandoned_answer_does_not_keep_the_next_one_waiting(generator, sentences):
    pieces = generator.generate("Where did it rain?", sentences("It rained in Paris."), ())
    next(pieces)
    pieces.close()
    assert "".join(generator.generate("Where did it rain?", sentences("It rained in Paris."), ()))


@pytest.mark.llm
def test_closing_breaks_off_an_answer_that_is_being_written(weights, sentences):
    generator = LlamaCppGenerator(weights, context_tokens=1024, output_tokens=512, has_grammar=False)
    reply = generator._started()._ask(
        load_prompt("rag.generators", "answer").messages(conversation="", evidence="", question="Why?")
    )
    pieces = reply.pieces()
    next(pieces)
    generator.close()
    with pytest.raises(GeneratorError):
        list(pieces)


@pytest.mark.llm
def test_half_a_file_is_refused(weights, tmp_path, capfd):
    path = tmp_path / "half.gguf"
    with weights.open("rb") as file:
        path.write_bytes(file.read(40_000_000))
    with pytest.raises(WeightsError, match="rag models verify"):
        LlamaCppGenerator(path).start()
    assert capfd.readouterr().err == ""


@pytest.mark.llm
def test_a_process_ends_cleanly_with_a_server_still_running(weights):
    code = (
        "import sys; from rag.generators.llama_cpp import LlamaCppGenerator\n"
        "generator = LlamaCppGenerator(sys.argv[1], context_tokens=512)\n"
        "generator.start(); print('started')"
    )
    result = subprocess.run([sys.executable, "-c", code, weights], capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout, result.stderr) == (0, "started\n", "")
