"""Rules of derivation, one module for each kind of argument; each checks the step that uses it."""
