"""What each step does: ``inputs`` says what it depends on, ``work`` does it and gives what it made."""
