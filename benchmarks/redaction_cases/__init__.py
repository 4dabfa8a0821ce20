"""Messages with what is personal in them marked: written by hand, and made from templates."""
