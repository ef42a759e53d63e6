"""How people act: what they see of crises and silences, and the commands that they send."""
