//! The `airc` command.
fn main() {}
