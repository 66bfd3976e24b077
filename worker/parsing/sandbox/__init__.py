"""The sandbox: each file is read in a process that can be killed."""
