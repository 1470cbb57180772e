"""RSS, Atom and JSON Feed: bytes to entries."""
