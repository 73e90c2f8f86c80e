"""What the simulators of several topics share: random streams, Zipf laws, sums over power laws."""

__all__: list[str] = []
