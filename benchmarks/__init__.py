"""Commands that measure and print tables; never tests."""
