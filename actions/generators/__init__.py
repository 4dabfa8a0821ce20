"""Texts about products: who writes them, and the guard that checks every word against the facts."""
