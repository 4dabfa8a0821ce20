"""Rasa's way in: the gateway's channel, and no other."""
