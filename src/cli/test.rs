//! `plimsoll test`.

use std::io;

use crate::cli::{BROKEN, Test, complain, print, style_of_stderr, with_threads};
use crate::policy::{TestOutcome, run_tests};
use crate::report::{self, Format};
use crate::verdict::{Review, Summary, Verdict};
use crate::{Run, policy};

pub fn run(arguments: &Test) -> io::Result<u8> {
    let (results, problems) = with_threads(None, || run_tests(&arguments.folders))?;
    let (policies, _) = policy::Policies::load(&arguments.folders);
    let texts = policies.texts().chain(policy::texts(&arguments.folders)).collect();
    let review = Review {
        command: "test",
        verdict: Verdict::Error,
        summary: Summary::default(),
        outcomes: Vec::new(),
        problems,
    };
    let run = Run::new(review, texts, crate::mask::Mask::default());
    complain(&report::problems(&run, Format::Text, style_of_stderr(arguments.color)));
    let mut out = String::new();
    let mut failed = 0;
    for result in &results {
        let said = match &result.outcome {
            TestOutcome::Pass => continue,
            TestOutcome::Fail => "is not true".to_string(),
            TestOutcome::Error(error) => format!("failed with an error: {error}"),
        };
        failed += 1;
        let text = run.texts.get(&result.path).cloned().unwrap_or_default();
        let at = crate::lines::Lines::new(&text).position(result.span.start as usize, &text);
        out.push_str(&format!("{}:{}:{}: {} {said}\n", result.path, at.line, at.column, result.name));
    }
    out.push_str(&format!("{} passed, {failed} failed\n", results.len() - failed));
    print(&out)?;
    // A folder without tests proves nothing.
    Ok(if run.review.problems.is_empty() { u8::from(failed > 0 || results.is_empty()) } else { BROKEN })
}
