"""The pages on which support leads run the knowledge base."""
