"""What all steps are told: what detection is told, whom to tell, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.detection import setup

if TYPE_CHECKING:
    from tocsin.response.plan import Plan
    from tocsin.response.playbooks.read import Library


@dataclass(frozen=True, slots=True)
class Setup(setup.Setup):
    """Handed to every step of the pipeline when it starts on a partition.

    Attributes:
        plan: whom to tell, as response.yaml says it; None: there is none, and nobody is paged.
        library: the playbooks to choose from; None: none is chosen.
    """

    plan: Plan | None = None
    library: Library | None = None
