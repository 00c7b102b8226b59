"""What a query would cost, asked before it is run."""
