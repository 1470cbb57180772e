"""iCalendar: events, their recurrences and how to join them."""
