"""What readers' browsers and mail providers reach; never the studio."""
