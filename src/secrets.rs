//! Secrets in texts.

pub mod checksums;
pub mod detectors;
mod structured;
