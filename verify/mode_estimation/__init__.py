"""Checks of mode estimation with partial feedback."""
