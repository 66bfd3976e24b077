"""Readers of the presentations of PowerPoint 97 to 2003."""
