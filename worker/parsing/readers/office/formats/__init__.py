"""The formats in which cells and labels show numbers and dates."""
