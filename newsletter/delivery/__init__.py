"""The way of an approved issue to its readers: message, SMTP, sending."""
