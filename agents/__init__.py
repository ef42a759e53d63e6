"""How it flows: one file a step, in pipeline order; the only room that imports Faust."""
