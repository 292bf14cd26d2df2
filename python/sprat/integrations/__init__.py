"""Other libraries' interfaces over sprat's encoders: one module per library, imported on its own."""
