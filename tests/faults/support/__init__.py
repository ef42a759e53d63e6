"""What fault and end-to-end tests share: processes that are hurt, load that goes on meanwhile, recounts, readers."""
