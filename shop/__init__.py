"""The shop's facts and rules: catalogue, customers, orders, conversations. No machine learning, no HTTP."""
