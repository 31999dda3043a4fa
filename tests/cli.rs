//! The binary as users run it: one test program, so that its parts share helpers and are linked once.

#[path = "cli/common.rs"]
mod common;

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/determinism.rs"]
mod determinism;
#[path = "cli/fixtures.rs"]
mod fixtures;
#[path = "cli/history.rs"]
mod history;
#[path = "cli/init.rs"]
mod init;
#[path = "cli/mutations.rs"]
mod mutations;
#[path = "cli/readme.rs"]
mod readme;
#[path = "cli/redaction.rs"]
mod redaction;
#[cfg(unix)]
#[path = "cli/render.rs"]
mod render;
#[path = "cli/repository.rs"]
mod repository;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/staged.rs"]
mod staged;
