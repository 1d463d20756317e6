"""What operators do: commands that touch an account or refresh data, one module each."""
