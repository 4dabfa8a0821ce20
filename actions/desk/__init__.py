"""The order desk: what a shopper wants done with which items of which orders, from words to a request."""
