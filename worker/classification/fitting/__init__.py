"""Fitting the engine's constants on labelled documents."""
