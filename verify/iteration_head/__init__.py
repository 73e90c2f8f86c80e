"""Checks of iteration heads."""
