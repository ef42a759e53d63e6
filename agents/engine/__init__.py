"""Faust at the speed of its client, exactly once: chunks, transactions, stamped tables, event time."""
