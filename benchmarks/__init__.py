"""Speed, memory and quality, measured. Each module prints a table and writes JSON; none is a test."""
