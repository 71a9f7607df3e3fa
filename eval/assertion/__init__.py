"""Our own battery: facts inside frames that take them back or not, and claims by hand beside the source they bend."""
