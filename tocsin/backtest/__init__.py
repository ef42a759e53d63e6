"""History run through the steps of the live pipeline: what would have been raised, when, and how often."""
