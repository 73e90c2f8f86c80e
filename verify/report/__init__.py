"""The report: a static site about claims that opens from disk, without a network."""
