"""Learning from labels: vectors of documents, fitting, checking, and what verdicts need."""
