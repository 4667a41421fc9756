"""Plain values: what is read, what travels, what is agreed. Standard library only; nothing here does anything."""
