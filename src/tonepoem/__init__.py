"""Say what you want to hear, get a playlist."""

__version__ = "0.1.0"
