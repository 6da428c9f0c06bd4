"""The process that runs checks when they are due and keeps what they say."""
