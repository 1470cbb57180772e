"""What mail providers will object to: DNS, SMTP, privacy."""
