//! `plimsoll collect`.

use std::io;

use crate::cli::{BROKEN, Collect, check, complain, print, style_of_stderr, with_threads};
use crate::problem::ProblemKind;
use crate::report::{self, Format};

pub fn run(arguments: &Collect) -> io::Result<u8> {
    let request = check::request(&arguments.common, check::given(&arguments.common)?, &[], &[]);
    let (json, run) = with_threads(arguments.common.jobs, || crate::collect(&request))?;
    complain(&report::problems(&run, Format::Text, style_of_stderr(arguments.common.color)));
    let text = format!("{}\n", json.map_err(io::Error::other)?);
    match &arguments.common.output {
        Some(file) => check::write(file, &text)?,
        None => print(&text)?,
    }
    let faulty = run.review.problems.iter().any(|problem| problem.kind == ProblemKind::Fault);
    Ok(if run.broken {
        BROKEN
    } else if faulty {
        3
    } else {
        0
    })
}
