"""Settings travel to another process through its environment, and arrive as they were."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import ConfigurationError
from tocsin.settings import SECRETS, Settings, variable_of
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
        sasl_token_file=st.none() | PATHS,
        ssl_cafile=st.none() | PATHS,
        ssl_certfile=st.none() | PATHS,
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


def test_a_secret_may_be_in_a_file_and_stays_there(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("hush hush\n")

    settings = Settings.from_environment({"KAFKA_SASL_PASSWORD_FILE": str(path)})

    assert settings.sasl_password == "hush hush"
    assert "hush" not in str(settings.to_environment())
    assert Settings.from_environment(settings.to_environment()) == settings


@pytest.mark.parametrize(
    ("content", "beside", "what"),
    [
        (None, {}, "KAFKA_SASL_PASSWORD_FILE=.* cannot be read: No such file"),
        (b"\n", {}, "KAFKA_SASL_PASSWORD_FILE=.* is empty"),
        (b"\xff", {}, "KAFKA_SASL_PASSWORD_FILE=.* cannot be read: it is not text"),
        (b"hush", {"KAFKA_SASL_PASSWORD": "hush"}, "KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE are both set"),
    ],
)
def test_a_file_without_a_secret_names_its_variable(
    tmp_path: Path, content: bytes | None, beside: dict[str, str], what: str
) -> None:
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=what):
        Settings.from_environment({"KAFKA_SASL_PASSWORD_FILE": str(path), **beside})


def test_every_secret_has_a_setting_for_its_file_and_is_left_out_of_texts() -> None:
    named = {field.name: field for field in fields(Settings)}
    assert {name for name, field in named.items() if not field.repr} == set(SECRETS)
    for secret in SECRETS:
        assert variable_of(f"{secret}_file") == f"{variable_of(secret)}_FILE"
        assert f"{secret}_file" in named
