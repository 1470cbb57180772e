"""What tests of several rooms use: servers on the loopback address, a browser, samples."""
