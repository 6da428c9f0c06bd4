"""What must be sent out, stored with the data, sent after the commit."""
