"""What is wrong with an issue before it goes: one rule, one function."""
