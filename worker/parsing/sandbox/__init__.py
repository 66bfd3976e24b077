"""The sandbox: reads each file in a restricted process that can be killed."""
