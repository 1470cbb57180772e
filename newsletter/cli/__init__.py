"""The commands, named after the stages; the only place that prints or exits."""
