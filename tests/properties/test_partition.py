"""Keys go where Kafka's Java client, and aiokafka after it, would put them."""

from __future__ import annotations

import aiokafka.partitioner
from hypothesis import given
from hypothesis import strategies as st

from agents.engine.partition import Partitioner, murmur2


@given(st.binary(max_size=64))
def test_murmur2_is_the_clients(data: bytes) -> None:
    assert murmur2(data) == aiokafka.partitioner.murmur2(data) & 0xFFFFFFFF


@given(st.lists(st.text(max_size=12), max_size=30), st.integers(1, 24))
def test_a_key_is_placed_as_the_client_would_however_often_and_whatever_is_remembered(
    keys: list[str], count: int
) -> None:
    clients = aiokafka.partitioner.DefaultPartitioner()
    places, forgetful = Partitioner(count), Partitioner(count, remembered=2)
    every = list(range(count))
    for key in (*keys, *keys):
        expected = key.encode(), clients(key.encode(), every, every)
        assert places.place(key) == expected
        assert forgetful.place(key) == expected
