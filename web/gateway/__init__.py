"""The chat API: stores each message before anything else, answers in order, streams events."""
