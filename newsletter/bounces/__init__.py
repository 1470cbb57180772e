"""What comes back by mail: bounces, complaints, unsubscribe requests, automatic replies."""
