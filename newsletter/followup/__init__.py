"""What comes back: bounces, complaints, unsubscribe mails; and the list of subscribers."""
