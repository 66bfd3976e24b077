"""What documents cost: time, processor time and memory, against named baselines."""
