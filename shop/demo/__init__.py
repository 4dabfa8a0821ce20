"""The demo shop "Alder & Finch": a made-up shop, the same for the same seed, with a year of history."""
