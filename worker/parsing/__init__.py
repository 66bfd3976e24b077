"""Reading files in a killable child process."""
