"""What a developer starts: the environment, the processes, two emulated sites, the first synchronization.

Nothing in ``addon/`` or ``emulator/`` imports this package. Story tests and benchmarks start the same processes by it.
"""
