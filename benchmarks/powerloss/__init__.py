"""What a power cut would leave of the database, replayed from a trace of the product's own writes."""
