//! `plimsoll check`.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Request;
use crate::artefact::Sources;
use crate::baseline::Baseline;
use crate::cli::{BROKEN, Check, Common, FormatName, complain, print, style_of_stderr, style_of_stdout, with_threads};
use crate::config::Config;
use crate::policy::Policies;
use crate::problem::{Problem, ProblemKind};
use crate::report::{self, Format, Style};
use crate::rule::Severity;
use crate::secrets::control::Control;
use crate::secrets::gitleaks::Gitleaks;
use crate::verdict::{Outcome, Review, Status, Verdict};

pub fn run(arguments: &Check) -> io::Result<u8> {
    let sources = match sources(arguments)? {
        Ok(sources) => sources,
        Err(wrong) => {
            complain(&format!("plimsoll: {wrong}\n"));
            return Ok(BROKEN);
        }
    };
    let request = request(&arguments.common, sources, &arguments.rules, &arguments.skip);
    let request = match known(arguments, request.config.baseline.as_ref()) {
        Ok(baseline) => Request { baseline, ..request },
        Err(complaint) => {
            complain(&format!("plimsoll: {complaint}\n"));
            return Ok(BROKEN);
        }
    };
    let request = if arguments.verbose && arguments.why { explaining(request) } else { request };
    let mut reports = Vec::new();
    for wanted in &arguments.reports {
        match format_and_file(wanted) {
            Some(report) => reports.push(report),
            None => {
                complain(&format!(
                    "plimsoll: `--report {wanted}` is not FORMAT=FILE; formats are text, concise, json\n"
                ));
                return Ok(BROKEN);
            }
        }
    }
    with_threads(arguments.common.jobs, || decide(arguments, &request, reports))?
}

/// The baseline that the arguments name, else the config.
fn known(arguments: &Check, configured: Option<&PathBuf>) -> Result<Option<(Baseline, PathBuf)>, String> {
    let Some(file) = arguments.baseline.as_ref().or(configured) else {
        let missing = "--write-baseline needs the file: --baseline FILE, or `baseline` in plimsoll.yaml";
        return if arguments.write_baseline { Err(missing.to_string()) } else { Ok(None) };
    };
    // What is written anew need not be there before.
    let baseline = if arguments.write_baseline && !file.exists() { Baseline::empty() } else { Baseline::read(file)? };
    Ok(Some((baseline, file.clone())))
}

/// The same request, whose scans remember what they dropped.
fn explaining(mut request: Request) -> Request {
    // The config was just read, and nobody else has it.
    if let Some(control) = Arc::get_mut(&mut request.config.secrets) {
        control.dropped = Some(Default::default());
    }
    request
}

/// What scans dropped, a line each, for those who miss a finding.
fn dropped(request: &Request) -> String {
    let line = |one: crate::secrets::Dropped| {
        format!("{}:{}: `{}` is no secret: {}\n", one.path, one.line, one.key, one.reason)
    };
    request.config.secrets.dropped().into_iter().map(line).collect()
}

/// Checks and writes every report that is asked for.
fn decide(arguments: &Check, request: &Request, reports: Vec<(Format, PathBuf)>) -> io::Result<u8> {
    let run = crate::check(request);
    complain(&dropped(request));
    let file = request.baseline.as_ref().map(|(_, file)| file);
    if let (true, Some(baseline), Some(file)) = (arguments.write_baseline, &run.baseline, file) {
        write(file, &baseline.text())?;
        complain(&format!("plimsoll: wrote {} known findings to {}\n", baseline.len(), file.display()));
        return Ok(if run.broken { BROKEN } else { 0 });
    }
    let format: Format = arguments.format.into();
    let verbosity =
        |style: Style| Style { quiet: arguments.quiet, verbose: arguments.verbose, why: arguments.why, ..style };
    let color = arguments.common.color;
    complain(&report::problems(&run, format, style_of_stderr(color)));
    match &arguments.common.output {
        Some(file) => write(file, &report::render(&run, format, verbosity(Style { width: 80, ..Style::default() })))?,
        None => print(&report::render(&run, format, verbosity(style_of_stdout(color))))?,
    }
    for (format, file) in reports {
        write(&file, &report::render(&run, format, verbosity(Style { width: 80, ..Style::default() })))?;
    }
    let code = exit_code(&run.review, run.broken, arguments.strict, arguments.fail_on.into());
    // The program ends here, and with it everything that the run holds; taking it apart would take as long as a rule.
    std::mem::forget(run);
    Ok(code)
}

/// The exit code of a check: 2 a broken policy or an unknown rule; else 1 findings; else 3 a fault; else 0.
fn exit_code(review: &Review, broken: bool, strict: bool, fail_on: Severity) -> u8 {
    let mut findings = review.outcomes.iter().flat_map(|outcome| &outcome.findings);
    let is_fault =
        |problem: &Problem| problem.kind == ProblemKind::Fault || strict && problem.kind == ProblemKind::Limit;
    // Only an error leaves a reason beside a finding.
    let in_error =
        |outcome: &Outcome| matches!(outcome.verdict, Verdict::Error | Verdict::Fail) && outcome.reason.is_some();
    let failed = review.outcomes.iter().any(in_error);
    if broken {
        BROKEN
    } else if findings.any(|finding| finding.status == Status::Open && finding.severity >= fail_on) {
        1
    } else if review.problems.iter().any(is_fault) || failed {
        3
    } else {
        0
    }
}

fn format_and_file(text: &str) -> Option<(Format, PathBuf)> {
    let (format, file) = text.split_once('=')?;
    let format = FormatName::named(format)?;
    (!file.is_empty()).then(|| (format.into(), file.into()))
}

pub fn write(file: &Path, text: &str) -> io::Result<()> {
    fs::write(file, text).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))
}

/// What is looked at, or which arguments do not go together.
fn sources(arguments: &Check) -> io::Result<Result<Sources, &'static str>> {
    let piped = arguments.common.paths.iter().any(|path| path.as_os_str() == "-");
    if arguments.staged && piped {
        return Ok(Err("`--staged` looks at what is staged, `-` at standard input: give one of them"));
    }
    if arguments.stdin_name.is_some() && !piped {
        return Ok(Err("`--stdin-name` names standard input, which is read with `-` as a PATH"));
    }
    let name = arguments.stdin_name.as_deref().map(|name| name.trim_start_matches("./").to_string());
    if name
        .as_deref()
        .is_some_and(|name| name.is_empty() || name.starts_with('/') || name.split('/').any(|part| part == ".."))
    {
        return Ok(Err("`--stdin-name` takes a path below the current folder, e.g. `deploy/compose.yaml`"));
    }
    Ok(Ok(Sources {
        stdin_name: name,
        staged: arguments.staged,
        history: arguments.history.clone(),
        ..given(&arguments.common)?
    }))
}

/// The PATHs of the command line.
pub fn given(common: &Common) -> io::Result<Sources> {
    let mut sources = Sources::default();
    for path in &common.paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut bytes);
            read.map_err(|error| io::Error::new(error.kind(), format!("standard input cannot be read: {error}")))?;
            sources.stdin = Some(bytes);
        } else {
            sources.paths.push(path.clone());
        }
    }
    Ok(sources)
}

/// The request that the arguments make, with what is wrong with the files that say how to decide.
pub fn request(common: &Common, sources: Sources, rules: &[String], skip: &[String]) -> Request {
    let here = PathBuf::from(".");
    let start = sources.paths.first().unwrap_or(&here);
    let mut policies = common.policies.clone();
    let (mut config, mut broken) = match common.config.clone().or_else(|| Config::find(start)) {
        None => (Config::default(), Vec::new()),
        Some(file) => {
            // Rules of policies that the config itself names must be known before its rules can be checked.
            let own = Config::read(&file, &[]).0.policies;
            let (known, _) = Policies::load(&[policies.clone(), own].concat());
            Config::read(&file, known.rules())
        }
    };
    let mut texts = Vec::new();
    match Gitleaks::find(start) {
        Ok(None) => {}
        // The config was just read, and nobody else has it.
        Ok(gitleaks) => {
            let control = Arc::try_unwrap(config.secrets).unwrap_or_default();
            config.secrets = Arc::new(Control { gitleaks, ..control });
        }
        Err(wrong) => {
            let (problem, text) = *wrong;
            texts.push((problem.path.clone(), text.into()));
            broken.push(problem);
        }
    }
    policies.extend(config.policies.iter().cloned());
    config.all = common.all;
    // No program is run by what a broken config may have meant.
    config.render.on = (config.render.on || common.render) && broken.is_empty();
    let (rules, skip) = (rules.to_vec(), skip.to_vec());
    Request { sources, config, policies, rules, skip, baseline: None, broken, texts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::metadata;
    use crate::verdict::{Finding, Summary};

    fn outcome(verdict: Verdict, reason: Option<&str>, finding: Option<(Severity, Status)>) -> Outcome {
        let text = "# METADATA\n# title: T\n# description: D\n# custom:\n#   severity: high\n#   input: [settings]\n#   help: H\npackage rules.a.b\n";
        let rule =
            metadata::read(&"a/b.rego".into(), text, None, "a/b", "data.rules.a.b").expect("the METADATA is right");
        let found = finding.map(|(severity, status)| Finding {
            rule: rule.id.clone(),
            severity,
            message: String::new(),
            help: String::new(),
            path: "f".into(),
            span: crate::located::Span::default(),
            route: Vec::new(),
            place: String::new(),
            deployment: None,
            related: Vec::new(),
            fingerprint: String::new(),
            status,
            reason: None,
            absent: false,
            why: Vec::new(),
        });
        Outcome {
            severity: rule.severity,
            rule: rule.into(),
            verdict,
            subjects: 1,
            findings: found.into_iter().collect(),
            unknowns: Vec::new(),
            failure: None,
            reason: reason.map(str::to_string),
        }
    }

    #[test]
    fn the_exit_code_is_the_first_that_applies() {
        use ProblemKind::{Fault, Limit, Notice};
        use Severity::{Critical, High, Low};
        let open = |severity| Some((severity, Status::Open));
        let fail = |severity| outcome(Verdict::Fail, None, open(severity));
        let pass = || outcome(Verdict::Pass, None, None);
        for (name, outcomes, problems, broken, strict, fail_on, expected) in [
            ("nothing found", vec![pass()], vec![], false, false, Low, 0),
            ("a finding", vec![fail(High)], vec![], false, false, Low, 1),
            ("at the threshold", vec![fail(High)], vec![], false, false, High, 1),
            ("below the threshold", vec![fail(High)], vec![], false, false, Critical, 0),
            ("a finding before a fault", vec![fail(High)], vec![Fault], false, false, Low, 1),
            ("a fault behind mild findings", vec![fail(Low)], vec![Fault], false, false, High, 3),
            ("a fault", vec![pass()], vec![Fault], false, false, Low, 3),
            ("a limit", vec![pass()], vec![Limit], false, false, Low, 0),
            ("a limit with --strict", vec![pass()], vec![Limit], false, true, Low, 3),
            ("a notice with --strict", vec![pass()], vec![Notice], false, true, Low, 0),
            ("broken before findings", vec![fail(High)], vec![Fault], true, false, Low, 2),
            (
                "a waived finding",
                vec![outcome(Verdict::Waived, None, Some((High, Status::Waived)))],
                vec![],
                false,
                false,
                Low,
                0,
            ),
            ("a rule that failed", vec![outcome(Verdict::Error, Some("why"), None)], vec![], false, false, Low, 3),
            (
                "one behind mild findings",
                vec![outcome(Verdict::Fail, Some("why"), open(Low))],
                vec![],
                false,
                false,
                High,
                3,
            ),
            (
                "an undecided rule",
                vec![outcome(Verdict::NotEvaluated, Some("why"), None)],
                vec![],
                false,
                false,
                Low,
                0,
            ),
        ] {
            let problems = problems.into_iter().map(|kind| Problem::new(kind, "f", "m")).collect();
            let review =
                Review { command: "check", verdict: Verdict::Pass, summary: Summary::default(), outcomes, problems };
            assert_eq!(exit_code(&review, broken, strict, fail_on), expected, "{name}");
        }
    }
}
