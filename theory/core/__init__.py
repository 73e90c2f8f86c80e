"""What every topic's theory is written with: claims, domains, derivations, the catalogue, LaTeX."""
