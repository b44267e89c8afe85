// What only editors and settings pages need: loaded with them.
