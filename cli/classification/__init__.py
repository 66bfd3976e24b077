"""Classifying files of this machine, here or by a server, for several verbs."""
