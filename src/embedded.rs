//! The files of `policies/` and `fixtures/` as they were at build time: `POLICIES` and `FIXTURES`, path and bytes.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
