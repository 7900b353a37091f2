"""What other libraries hold and take: LlamaIndex objects over our index, and collections that others have made."""
