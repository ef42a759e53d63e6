"""Who is told, how and about what, as `response.yaml` says it (docs/configuration.md).

Pure: `parse_plan` takes text; `tocsin.configuration` reads the file.
"""

from tocsin.response.notifier_plan import NOTIFIER_KEYS, LogNotifier, Notifier, WebhookNotifier
from tocsin.response.on_call import Override, Rotation
from tocsin.response.plan.escalations import ESCALATION_KEYS, STAKEHOLDER_KEYS, STEP_KEYS
from tocsin.response.plan.reading import (
    MAINTENANCE_KEYS,
    PERSON_KEYS,
    PLAN_KEYS,
    POLICY_KEYS,
    SILENCE_KEYS,
    TEAM_KEYS,
    parse_plan,
)
from tocsin.response.plan.records import (
    EscalationPolicy,
    EscalationStep,
    MaintenanceWindow,
    Person,
    Plan,
    Policy,
    Silence,
    Stakeholders,
    Team,
)
from tocsin.response.plan.rotations import OVERRIDE_KEYS, ROTATION_KEYS
from tocsin.response.replies.policy import Language

__all__ = [
    "ESCALATION_KEYS",
    "MAINTENANCE_KEYS",
    "NOTIFIER_KEYS",
    "OVERRIDE_KEYS",
    "PERSON_KEYS",
    "PLAN_KEYS",
    "POLICY_KEYS",
    "ROTATION_KEYS",
    "SILENCE_KEYS",
    "STAKEHOLDER_KEYS",
    "STEP_KEYS",
    "TEAM_KEYS",
    "EscalationPolicy",
    "EscalationStep",
    "Language",
    "LogNotifier",
    "MaintenanceWindow",
    "Notifier",
    "Override",
    "Person",
    "Plan",
    "Policy",
    "Rotation",
    "Silence",
    "Stakeholders",
    "Team",
    "WebhookNotifier",
    "parse_plan",
]
