"""A small service that gives long links short names."""

__version__ = "1.0.0"
