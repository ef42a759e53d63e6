"""docs/playbooks.md shows the shipped library as it is."""

from __future__ import annotations

from tocsin import generated
from tocsin.playbook_documents import files
from tocsin.response.playbooks.read import read_library


def test_the_committed_page_is_the_generated_one() -> None:
    differences = generated.find_differences(files())
    assert not differences, "run `python -m tocsin.playbook_documents`\n" + "\n".join(differences)


def test_every_shipped_playbook_and_step_is_in_the_page() -> None:
    ((_, page),) = files().items()
    for playbook in read_library().playbooks.values():
        _, _, section = page.partition(f'<a id="{playbook.id}"></a>')
        section = section.partition("<a id=")[0]
        assert f"### {playbook.title.en}\n" in section
        for step in playbook.steps:
            assert step.what.en in section
