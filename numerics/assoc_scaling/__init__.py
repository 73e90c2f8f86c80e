"""Simulators for "Scaling Laws for Associative Memories" (Cabannes, Dohmatob, Bietti, ICLR 2024).

Sections: `finite_data` (an infinite memory that learns from samples) and `exact_laws` (a memory
``W = sum_x q(x) u_f(x) e_x^T`` with random embeddings). `learners` and `instances` hold the
learners and the families of weights, labels and embeddings that the sections are run on.
"""

__all__: list[str] = []
