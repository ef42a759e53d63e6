"""Settings travel to another process through its environment, and arrive as they were."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import ConfigurationError
from tocsin.settings import Settings, variable_of
from tocsin.workers import environment_of

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
PATHS = TEXTS.filter(lambda text: text != "").map(lambda text: Path("/etc") / text)


@given(
    st.builds(
        Settings,
        bootstrap=st.none() | st.just("a:1,b:2"),
        namespace=NAMES,
        worker=NAMES,
        watchlist=PATHS,
        response=PATHS,
        state_directory=PATHS,
        metrics_port=st.integers(-1, 65535),
        is_stock=st.booleans(),
        grace_ms=st.integers(0, 60_000),
        sasl_password=TEXTS,
        ssl_cafile=st.none() | PATHS,
        crash_at=TEXTS,
    )
)
def test_settings_survive_the_way_through_an_environment(settings: Settings) -> None:
    assert Settings.from_environment(settings.to_environment()) == settings


def test_every_setting_has_a_variable_of_its_own() -> None:
    assert len({variable_of(field.name) for field in fields(Settings)}) == len(fields(Settings))


def test_a_worker_gets_these_settings_and_none_that_this_process_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_CRASH_AT", "before-commit")
    monkeypatch.setenv("TOCSIN_NAMESPACE", "outer")
    monkeypatch.setenv("WEBHOOK_SECRET", "kept")

    environment = environment_of(Settings(namespace="inner", worker="w"))

    assert environment["TOCSIN_NAMESPACE"] == "inner"
    assert "TOCSIN_CRASH_AT" not in environment
    assert environment["WEBHOOK_SECRET"] == "kept"


def test_a_number_that_is_none_names_its_variable() -> None:
    with pytest.raises(ConfigurationError, match="TOCSIN_GRACE_MS='soon' is not a whole number"):
        Settings.from_environment({"TOCSIN_GRACE_MS": "soon"})
