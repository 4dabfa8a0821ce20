"""The chat widget: static files that any site embeds with one script tag."""
