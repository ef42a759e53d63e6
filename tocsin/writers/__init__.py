"""Language models of the user's choice that propose answers: doors that are closed unless response.yaml opens one.

What they propose is held by the same guardrails as every answer, and a person approves it.
"""
