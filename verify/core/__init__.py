"""Machinery shared by the checks of all topics."""
