"""Aisle's parts of Rasa's graph."""
