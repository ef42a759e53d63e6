"""What `tocsin silence` takes and lists."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from schemas.command import Silence
from tests.builders import START
from tocsin.cli.silence import check_known, gather
from tocsin.errors import ConfigurationError
from tocsin.settings import Settings

WATCHLIST = """\
brands:
  - id: acme
    name: Acme
    keywords: [acme]
    topics:
      app:
        keywords: [app]
  - id: zeta
    name: Zeta
    keywords: [zeta]
"""
RESPONSE = """\
people:
  ana:
    name: Ana
silences:
  - brand: acme
    until: 2030-01-31T18:00:00Z
    by: ana
    reason: planned maintenance
"""


def settings_in(folder: Path) -> Settings:
    return Settings(watchlist=folder / "watchlist.yaml", response=folder / "response.yaml")


def a_silence(id: str, hours: float) -> Silence:
    until = START + timedelta(hours=hours)
    return Silence(id=id, brand="zeta", until=until, by="ben", reason="campaign", created_at=START)


def test_a_brand_or_topic_that_is_not_watched_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.watchlist.write_text(WATCHLIST, encoding="utf-8")
    check_known(settings, "acme", None)
    check_known(settings, "acme", "app")
    with pytest.raises(ConfigurationError, match=r'no brand "acmee" in .*watchlist.yaml') as caught:
        check_known(settings, "acmee", None)
    assert "acme" in caught.value.then
    with pytest.raises(ConfigurationError, match='no topic "ap"') as caught:
        check_known(settings, "acme", "ap")
    assert "app" in caught.value.then
    with pytest.raises(ConfigurationError, match='no topic "app"') as caught:
        check_known(settings, "zeta", "app")
    assert "leave --topic out" in caught.value.then


def test_without_a_watchlist_any_brand_can_be_silenced(tmp_path: Path) -> None:
    check_known(settings_in(tmp_path), "whatever", "it-is")


def test_what_is_silenced_by_command_and_by_the_file_is_listed_by_its_end(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.response.write_text(RESPONSE, encoding="utf-8")
    silences = {each.id: each for each in (a_silence("later", 4), a_silence("soon", 2), a_silence("over", -1))}
    assert [each.id for each in gather(settings, silences, START, is_all=False)] == ["soon", "later", ""]
    assert [each.id for each in gather(settings, silences, START, is_all=True)] == ["over", "soon", "later", ""]
    assert gather(settings, silences, START, is_all=False)[-1].reason == "planned maintenance"


def test_without_a_response_plan_only_commands_silence(tmp_path: Path) -> None:
    assert gather(settings_in(tmp_path), {}, START, is_all=True) == []
