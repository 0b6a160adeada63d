"""Internet exposure: what answers, what it says, what is wrong with it."""
