"""What Rasa loads: domain and data, our graph component, channel and tracker store."""
