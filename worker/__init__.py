"""The work behind the API: parsing files, classifying them, recording results."""
