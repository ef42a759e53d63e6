"""What to do now: playbooks for kinds of crises, the choice among them, and their deadlines (docs/playbooks.md)."""
