"""The one public origin: chat gateway, widget, demo shop. Talks to Rasa over HTTP, never imports it."""
