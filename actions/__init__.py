"""Rasa's custom actions, one file a skill. Rules and data are the shop's; here they become a conversation."""
