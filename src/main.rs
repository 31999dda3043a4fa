//! The command line program.

use std::process::ExitCode;

/// Evaluating policies allocates all the time; this allocator halves its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The engine makes an error for each undefined reference; a backtrace for each of them would make it ten times slower.
    // SAFETY: no other thread runs yet that could read the environment.
    unsafe { std::env::set_var("RUST_LIB_BACKTRACE", "0") };
    // A huge page is cleared whole for the little that a small run needs of it. Where this is refused, only time is lost.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    plimsoll::cli::main()
}
