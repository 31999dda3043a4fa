//! The command line program.

use std::process::ExitCode;

/// Evaluating policies allocates all the time; this allocator halves its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    plimsoll::cli::main()
}
