"""What became of an issue, by mailbox provider."""
