"""The pages: one module a screen, its functions take a visit and return a page."""
