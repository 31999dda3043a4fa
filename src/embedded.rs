//! The files of `policies/` and `fixtures/` as they were at build time: `POLICIES` and `FIXTURES`, path and bytes; and once
//! more as JSON, by path, the tables without what only tests read (`TABLES`) and the METADATA of rules (`METADATA`).

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
