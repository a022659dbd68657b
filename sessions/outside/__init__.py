"""What plugins read and tell outside: public addresses only, bounded, and never by the way of a secret."""
