"""The knowledge base: articles and their revisions, search over them, answers in the articles' own words."""
