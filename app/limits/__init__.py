"""How much one key and one project may use."""
