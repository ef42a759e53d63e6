"""Answers to mentions: where each complaint belongs, drafts for a person to approve, and what no answer may say.

- `policy`: the communication policy of response.yaml: channels, and which complaint goes to which.
- `draft`: from a mention and what is known to several drafts in its language, or the reason why there is none.
- `guardrails`: what no answer may say, whoever wrote it; every finding tells what to write instead.
- `approve`: from a draft, as a person edited it, to the record that is kept; the time to the first answer.

All of it is pure. Tocsin drafts and records; people approve and send.
"""
