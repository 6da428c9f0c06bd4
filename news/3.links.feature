Signed links that expire let others download a file or an export without logging in; their use is recorded.
