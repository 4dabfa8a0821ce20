"""The demo shop's pages: what a real shop would have of its own, so that the assistant has a place to live."""
