"""Pages for people without an account: forms, progress, confirmations. Nothing here needs a script to run."""
