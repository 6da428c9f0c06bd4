"""One module for each kind of service; named utilities for `IConnector`."""
