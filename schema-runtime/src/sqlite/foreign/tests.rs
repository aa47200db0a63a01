//! Histories as the tools write them, and as nobody writes them.
