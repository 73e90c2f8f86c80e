"""Checks of the scaling laws of associative memories."""
