"""Rights: may this be put to this use, for this client, on this day? One decision in SQL, closed by default."""
