from __future__ import annotations

import threading

import pytest

from rag.errors import WeightsError
from rag.model.weights import HubPlace

from .conftest import CONTENT, N_PART, Shelf, file_of


@pytest.fixture
def place(hub):
    return HubPlace(repository="maker/tiny", revision="0" * 40, path="tiny.gguf", endpoint=hub.endpoint)


def test_file_comes_from_the_hub(cache, hub, place):
    pulled = cache.pull(file_of(place))
    assert pulled.place == "the model hub"
    assert pulled.path.read_bytes() == CONTENT
    assert hub.asked == ["bytes=0-"]


def test_only_what_is_missing_is_asked_for(cache, hub, place):
    with pytest.raises(WeightsError):
        cache.pull(file_of(Shelf(holds_until=N_PART)))
    assert cache.pull(file_of(place)).path.read_bytes() == CONTENT
    assert hub.asked == ["bytes=1024-"]


def test_a_connection_that_breaks_is_taken_up_again(cache, hub, place):
    hub.breaks_after = 2000
    assert cache.pull(file_of(place)).path.read_bytes() == CONTENT
    assert hub.asked == ["bytes=0-", "bytes=2000-"]


def test_a_connection_that_brings_nothing_is_not_tried_for_ever(cache, hub, place):
    hub.breaks_after = 0
    with pytest.raises(WeightsError, match="the model hub: "):
        cache.pull(file_of(place))
    assert hub.asked == ["bytes=0-"]


def test_a_hub_that_knows_no_ranges_begins_anew(cache, hub, place):
    hub.knows_ranges = False
    with pytest.raises(WeightsError):
        cache.pull(file_of(Shelf(holds_until=N_PART)))
    assert cache.pull(file_of(place)).path.read_bytes() == CONTENT


def test_a_hub_that_knows_no_ranges_and_always_breaks_is_given_up(cache, hub, place):
    hub.knows_ranges = False
    hub.breaks_after = N_PART
    with pytest.raises(WeightsError, match="the model hub: "):
        cache.pull(file_of(place))
    assert len(hub.asked) == 2


def test_a_hub_that_takes_bytes_back_is_given_up(cache, hub, place):
    hub.knows_ranges = False
    hub.breaks_after = N_PART
    with pytest.raises(WeightsError, match="the model hub: "):
        cache.pull(file_of(Shelf(holds_until=2 * N_PART), place))
    assert len(hub.asked) == 1


def test_progress_counts_bytes(cache, place):
    reports = []
    cache.pull(file_of(place), on_progress=reports.append)
    assert (reports[-1].bytes_done, reports[-1].bytes_total, reports[-1].place) == (3072, 3072, "the model hub")


def test_another_file_is_refused_by_its_hash(cache, hub, place):
    hub.content = CONTENT[:-1] + b"!"
    with pytest.raises(WeightsError, match=r"the model hub: SHA-256 is \w{64}, expected \w{64}"):
        cache.pull(file_of(place))
    assert not cache.path(file_of()).exists()


def test_another_size_is_refused_before_any_byte_is_fetched(cache, hub, place):
    hub.content = CONTENT + b"!"
    with pytest.raises(WeightsError, match="its file has 3,073 bytes, expected 3,072"):
        cache.pull(file_of(place))
    assert hub.asked == []


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_hub_without_the_file_is_a_reason_in_one_line(cache, hub, place, status):
    hub.status = status
    with pytest.raises(WeightsError, match="the model hub: ") as raised:
        cache.pull(file_of(place))
    assert str(status) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_hub_that_cannot_be_reached_is_a_reason(cache, hub):
    place = HubPlace(repository="maker/tiny", revision="0" * 40, path="tiny.gguf", endpoint="http://127.0.0.1:9")
    with pytest.raises(WeightsError, match=r"the model hub: .*refused"):
        cache.pull(file_of(place))


def test_a_hub_that_does_not_answer_is_not_waited_for(cache, hub):
    hub.is_silent = threading.Event()
    place = HubPlace("maker/tiny", "0" * 40, "tiny.gguf", endpoint=hub.endpoint, reach_seconds=0.2)
    with pytest.raises(WeightsError, match=r"the model hub: (no answer within 0\.2 s|.*timed out)"):
        cache.pull(file_of(place))


def test_a_name_that_is_looked_up_for_ever_is_not_waited_for(cache, hub, monkeypatch):
    ended = threading.Event()

    def look_up(*arguments, **options):
        ended.wait()
        raise OSError("no such name")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    place = HubPlace("maker/tiny", "0" * 40, "tiny.gguf", endpoint="https://hub.example", reach_seconds=0.2)
    try:
        with pytest.raises(WeightsError, match=r"the model hub: no answer within 0\.2 s"):
            cache.pull(file_of(place))
    finally:
        ended.set()


def test_offline_mode_is_kept(cache, hub, place, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsError, match="the model hub: HF_HUB_OFFLINE is set"):
        cache.pull(file_of(place))
    assert hub.asked == []


def test_a_hub_without_https_is_refused(cache, hub):
    place = HubPlace("maker/tiny", "0" * 40, "tiny.gguf", endpoint="http://hub.example")
    with pytest.raises(WeightsError, match=r"http://hub\.example is not https"):
        cache.pull(file_of(place))


def test_a_hub_that_sends_elsewhere_without_https_is_refused(cache, hub, place):
    hub.location = "http://files.example/tiny.gguf"
    with pytest.raises(WeightsError, match=r"http://files\.example is not https"):
        cache.pull(file_of(place))
    assert hub.asked == []
