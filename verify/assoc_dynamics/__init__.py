"""Checks of the training dynamics of associative memories."""
