from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import a_mention, milliseconds
from tocsin.configuration import load_preset, load_response, load_setup, load_watchlist, preset_names
from tocsin.detection.enrich import Enrich
from tocsin.detection.watchlist import BRAND_KEYS, TOPIC_KEYS, WATCHLIST_KEYS, Brand, Topic, Watchlist, parse_watchlist
from tocsin.errors import ConfigurationError
from tocsin.flow import MemoryRows
from tocsin.response.plan import (
    ESCALATION_KEYS,
    MAINTENANCE_KEYS,
    NOTIFIER_KEYS,
    OVERRIDE_KEYS,
    PERSON_KEYS,
    PLAN_KEYS,
    POLICY_KEYS,
    ROTATION_KEYS,
    SILENCE_KEYS,
    STAKEHOLDER_KEYS,
    STEP_KEYS,
    TEAM_KEYS,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


def complaint(text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        parse_watchlist(text)
    return str(refused.value)


def test_every_key_of_a_watchlist_is_read() -> None:
    watchlist = parse_watchlist("""
high_risk: [killed]
brands:
  - id: acme
    name: Acme
    handles: ["@Acme", acme_help]
    keywords: [acme, "1984"]
    phrases: [acme phones]
    exclusions: [acme bakery]
    topics:
      phone: {name: Phones, keywords: [phone*], phrases: [dead battery], handles: [AcmePhone]}
    languages: [en, vi]
    high_risk: [exploded]
    official_accounts: [Acme]
    employees: [acme_ceo]
    competitors: [zeta]
""")
    assert watchlist == Watchlist(
        high_risk=("killed",),
        brands=(
            Brand(
                id="acme",
                name="Acme",
                handles=("@Acme", "@acme_help"),
                keywords=("acme", "1984"),
                phrases=("acme phones",),
                exclusions=("acme bakery",),
                topics=(
                    Topic(
                        id="phone",
                        name="Phones",
                        keywords=("phone*",),
                        phrases=("dead battery",),
                        handles=("@AcmePhone",),
                    ),
                ),
                languages=("en", "vi"),
                high_risk=("exploded",),
                official_accounts=("@Acme",),
                employees=("@acme_ceo",),
                competitors=("@zeta",),
            ),
        ),
    )


def test_a_brand_without_a_name_is_called_by_its_id() -> None:
    assert parse_watchlist("brands: [{id: acme, keywords: [acme]}]").brands[0].name == "acme"


def test_an_anchor_shares_topics_between_brands() -> None:
    watchlist = parse_watchlist("""
brands:
  - {id: a, keywords: [aaa], topics: &shared {late: {keywords: [late]}}}
  - {id: b, keywords: [bbb], topics: *shared}
""")
    assert watchlist.brands[0].topics == watchlist.brands[1].topics != ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "brands:\n  - id: acme\n    keyword: [acme]\n",
            'watchlist.yaml:3: unknown key "keyword" in brand "acme"\n  → did you mean "keywords"?',
        ),
        ("brands:\n- keywords: [a]\n", 'watchlist.yaml:2: brand has no "id"\n  → add `id: …`'),
        ("high_risk: []\n", 'watchlist.yaml:1: the file has no "brands"\n  → add `brands: …`'),
        ("brands: []\n", "watchlist.yaml:1: no brand to watch\n  → add one with an id and its handles or keywords"),
        ("# nothing\n", "watchlist.yaml:1: the file is empty\n  → write a starter with `tocsin init`"),
        ("- acme\n", "watchlist.yaml:1: the file should be a mapping (key: value), found a list"),
        (
            "brands:\n- {id: a, keywords: [x1]}\n- {id: a, keywords: [x2]}\n",
            'watchlist.yaml:3: two brands have the id "a"\n  → give each its own',
        ),
        (
            "brands:\n- id: a\n  keywords: [x]\n  id: b\n",
            'watchlist.yaml:4: "id" stands twice in brand "a", first in line 2\n  → keep one',
        ),
        (
            "brands:\n- id: a\n  keywords: acme\n",
            'watchlist.yaml:3: keywords of brand "a" should be a list, found text\n  → write [acme]',
        ),
        (
            "brands:\n- id: a\n  keywords:\n  - acme\n  - 1984\n",
            'watchlist.yaml:5: item 2 of keywords of brand "a" should be text, found a number\n'
            '  → write it in quotes: "1984"',
        ),
        (
            "brands:\n- id: a\n  keywords: [a]\n  languages: [no]\n",
            'watchlist.yaml:4: item 1 of languages of brand "a" should be text, found yes or no\n'
            '  → write it in quotes: "no"',
        ),
        (
            "brands:\n- id: a\n  phrases:\n  - # forgotten\n",
            'watchlist.yaml:4: item 1 of phrases of brand "a" should be text, found nothing\n'
            "  → write it, or remove it; after # all is comment",
        ),
        (
            'brands:\n- id: a\n  high_risk: ["  "]\n',
            'watchlist.yaml:3: item 1 of high_risk of brand "a" is empty\n  → write it, or remove it',
        ),
        (
            'brands:\n- id: a\n  keywords: ["*"]\n',
            'watchlist.yaml:3: item 1 of keywords of brand "a" holds nothing to look for: "*"',
        ),
        (
            "brands:\n- id: a\n  keywords: [ab*]\n",
            'watchlist.yaml:3: "ab*" would find nearly every text\n  → write 3 or more letters before "*"',
        ),
        ("brands:\n- id: a\n  keywords: [a*b]\n", 'watchlist.yaml:3: "*" may only end a term: "a*b"'),
        (
            "brands:\n- id: a\n  keywords: [two words]\n",
            'watchlist.yaml:3: keyword "two words" has several words\n  → move it to `phrases`',
        ),
        (
            'brands:\n- id: a\n  handles: ["@two words"]\n',
            'watchlist.yaml:3: "@two words" is no handle\n  → write the account\'s name alone: "@acme"',
        ),
        (
            "brands:\n- id: Acme|Co\n  keywords: [a]\n",
            'watchlist.yaml:2: brand id "Acme|Co" is not made of a-z, 0-9 and single "-"\n  → for example "acme-co"',
        ),
        (
            "brands:\n- id: a\n  name: A\n",
            'watchlist.yaml:2: nothing can ever match brand "a"\n  → give it handles, keywords or phrases',
        ),
        (
            "brands:\n- id: a\n  keywords: [a]\n  topics:\n    x: {name: X}\n",
            'watchlist.yaml:5: nothing can ever match topic "x"\n  → give it keywords, phrases or handles',
        ),
        (
            "brands:\n- id: a\n  keywords: [a]\n  topics:\n    x: {keywords: [x]}\n    x: {keywords: [y]}\n",
            'watchlist.yaml:6: "x" stands twice in topics of brand "a", first in line 5\n  → keep one',
        ),
        (
            "brands:\n- id: a\n  keywords: [a]\n  languages: [english]\n",
            'watchlist.yaml:4: "english" is no language code\n  → write two small letters, as in en, es, vi',
        ),
        (
            "brands:\n- id: a\n  handles: [@acme]\n",
            "watchlist.yaml:3: not YAML: found character '@' that cannot start any token\n"
            '  → terms that begin with @, #, * or & need quotes: "@acme"',
        ),
        (
            "brands:\n- id: a\n  keywords: [a\n",
            "watchlist.yaml:4: not YAML: expected ',' or ']', but got '<stream end>'",
        ),
        ("brands: \x00\n", "watchlist.yaml:1: not YAML: "),
    ],
)
def test_what_is_not_understood_is_refused_with_line_and_advice(text: str, said: str) -> None:
    assert complaint(text) == said or (said.endswith(": ") and complaint(text).startswith(said))


def test_a_term_longer_than_any_honest_one_is_refused() -> None:
    assert "is longer than 200 characters" in complaint(f"brands:\n- id: a\n  keywords: [{'x' * 201}]\n")


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"watchlist\.yaml is not there") as refused:
        load_watchlist(tmp_path / "watchlist.yaml")
    assert "tocsin init" in refused.value.then
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_response(tmp_path)


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "watchlist.yaml"
    file.write_bytes("brands:\n- id: a\n  name: Café\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"watchlist.yaml:3: not UTF-8"):
        load_watchlist(file)


def test_a_file_and_a_preset_both_make_a_setup(tmp_path: Path) -> None:
    file = tmp_path / "watchlist.yaml"
    file.write_text("brands: [{id: acme, keywords: [acme]}]")
    setup = load_setup(file, namespace="drill", is_exercise=True)
    assert (setup.namespace, setup.is_exercise) == ("drill", True)
    assert list(Enrich(setup, MemoryRows()).take(a_mention("Acme!"), milliseconds()))
    assert load_setup("airline").matcher.match("@united")


def test_the_airline_preset_knows_six_airlines_and_no_everyday_words() -> None:
    matcher = load_setup("airline").matcher
    brands = ["american", "jetblue", "southwest", "united", "us-airways", "virgin-america"]
    assert [brand.id for brand in load_preset("airline").brands] == brands
    handles = "@AmericanAir @JetBlue @SouthwestAir @united @USAirways @VirginAmerica"
    assert [match.brand for match in matcher.match(handles)] == brands
    assert matcher.match("two hours on hold, @JetBlue? my bag is gone")[0].topics == ("baggage", "customer-service")
    assert not matcher.match("an american in the southwest, united with us in virgin forests")


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_preset("airlines")
    assert refused.value.then == 'did you mean "airline"?'
    assert preset_names() == ["airline"]


def test_every_key_of_both_files_is_explained() -> None:
    explained = DOCUMENT.read_text()
    notifier_keys = [key for keys in NOTIFIER_KEYS.values() for key in keys]
    parts = [
        WATCHLIST_KEYS,
        BRAND_KEYS,
        TOPIC_KEYS,
        PLAN_KEYS,
        PERSON_KEYS,
        TEAM_KEYS,
        notifier_keys,
        POLICY_KEYS,
        SILENCE_KEYS,
        ROTATION_KEYS,
        OVERRIDE_KEYS,
        ESCALATION_KEYS,
        STEP_KEYS,
        STAKEHOLDER_KEYS,
        MAINTENANCE_KEYS,
    ]
    missing = [key for keys in parts for key in keys if f"| `{key}` |" not in explained]
    assert missing == []


def test_the_examples_of_the_documentation_are_read_as_they_stand(tmp_path: Path) -> None:
    examples = [part.partition("\n```")[0] for part in DOCUMENT.read_text().split("```yaml\n")[1:]]
    for name, example in zip(("watchlist.yaml", "response.yaml"), examples, strict=True):
        (tmp_path / name).write_text(example)
    watchlist = load_watchlist(tmp_path / "watchlist.yaml")
    assert load_response(tmp_path / "response.yaml", [brand.id for brand in watchlist.brands]).silences[0].by == "ana"
