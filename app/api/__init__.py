"""HTTP: routes, middleware, wire shapes and errors."""
