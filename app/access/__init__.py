"""Access control: who may see which cases and call which endpoints."""
