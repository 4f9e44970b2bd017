"""Promptbook: the nightly build of rights-cleared training datasets from performers' work."""

__version__ = "0.1.0"
