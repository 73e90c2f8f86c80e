"""Simulators for "Mode Estimation with Partial Feedback" (Arnal et al., 2024)."""

__all__: list[str] = []
