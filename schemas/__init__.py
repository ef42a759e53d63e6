"""What travels: frozen, validated records, and the registry of the streams that carry them. Imports nothing of ours."""
