"""A page that a director reads: one self-contained HTML file, without scripts, fonts or links to elsewhere."""
