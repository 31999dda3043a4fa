//! The command line. The only module that names clap.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::report::{Format, Style};
use crate::rule::Severity;

mod check;
mod collect;
mod init;
mod rules;
mod test;

/// Wrong usage, a broken config or policy, or a report that cannot be written.
const BROKEN: u8 = 2;

/// Decides whether a deployment may go live.
#[derive(Parser)]
#[command(name = "plimsoll", version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes of check: 0 nothing found, 1 findings, 2 wrong usage or broken config or policy, 3 something could not be read."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What is wrong in these files?
    Check(Check),
    /// Prints the input document that rules see, with secrets masked.
    Collect(Collect),
    /// Lists the rules.
    Rules(Rules),
    /// Shows one rule: why, what passes and fails, parameters, examples.
    Explain(Explain),
    /// Runs the Rego tests of policy folders (default: the built-in policies).
    Test(Test),
    /// Writes a commented plimsoll.yaml, or with --hook a git hook that judges what is staged; never over what is there.
    Init(Init),
    /// Prints completions for a shell.
    Completions {
        /// Shell to complete for.
        shell: clap_complete::Shell,
    },
}

#[derive(Args)]
struct Common {
    /// Files and folders to look at; `-` is standard input [default: the current folder].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Config file [default: plimsoll.yaml, found upwards from the first PATH to the git root].
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of own rules beside the built-in ones; may be given again.
    #[arg(long = "policy", value_name = "DIR", env = "PLIMSOLL_POLICY")]
    policies: Vec<PathBuf>,
    /// Judges development and test deployments too.
    #[arg(long, env = "PLIMSOLL_ALL", value_parser = FalseyValueParser::new())]
    all: bool,
    /// Renders Helm charts and kustomize builds with `helm` and `kustomize` (or `kubectl`), where they are installed.
    #[arg(long, env = "PLIMSOLL_RENDER", value_parser = FalseyValueParser::new())]
    render: bool,
    /// Threads, 1 to 256 [default: one a core].
    #[arg(long, value_name = "N", env = "PLIMSOLL_JOBS", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Writes the report to a file instead of standard output.
    #[arg(short, long, value_name = "FILE", env = "PLIMSOLL_OUTPUT")]
    output: Option<PathBuf>,
    /// Colours: auto asks the terminal, NO_COLOR and CLICOLOR_FORCE.
    #[arg(long, value_name = "WHEN", default_value = "auto", env = "PLIMSOLL_COLOR")]
    color: Color,
}

#[derive(Args)]
struct Check {
    #[command(flatten)]
    common: Common,
    /// Looks at what the next commit holds, never at the work tree: at PATHs that are files, and at what differs from HEAD.
    #[arg(long, env = "PLIMSOLL_STAGED", value_parser = FalseyValueParser::new())]
    staged: bool,
    /// Looks for secrets in the commits of a range too, e.g. `--history=main..HEAD` [default: all commits].
    #[arg(long, value_name = "RANGE", num_args = 0..=1, require_equals = true, default_missing_value = "", env = "PLIMSOLL_HISTORY", conflicts_with = "staged")]
    history: Option<String>,
    /// Path as which standard input is read and reported, e.g. `--stdin-name deploy/compose.yaml -`.
    #[arg(long, value_name = "PATH", env = "PLIMSOLL_STDIN_NAME")]
    stdin_name: Option<String>,
    /// Format of the report.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", env = "PLIMSOLL_FORMAT")]
    format: FormatName,
    /// Writes a further report, e.g. `json=report.json`; may be given again.
    #[arg(long = "report", value_name = "FORMAT=FILE", env = "PLIMSOLL_REPORT")]
    reports: Vec<String>,
    /// Decides only rules whose id matches this glob; may be given again.
    #[arg(long = "rule", value_name = "ID", env = "PLIMSOLL_RULE")]
    rules: Vec<String>,
    /// Leaves out rules whose id matches this glob; may be given again.
    #[arg(long, value_name = "ID", env = "PLIMSOLL_SKIP")]
    skip: Vec<String>,
    /// Counts limits (charts, files over the size limit) as faults.
    #[arg(long, env = "PLIMSOLL_STRICT", value_parser = FalseyValueParser::new())]
    strict: bool,
    /// Mildest severity that makes the exit code 1.
    #[arg(long, value_name = "SEVERITY", default_value = "low", env = "PLIMSOLL_FAIL_ON")]
    fail_on: SeverityName,
    /// Shows findings only.
    #[arg(short, long, env = "PLIMSOLL_QUIET", value_parser = FalseyValueParser::new())]
    quiet: bool,
    /// Lists what was not decided, and the evidence that would decide it.
    #[arg(short, long, env = "PLIMSOLL_VERBOSE", value_parser = FalseyValueParser::new())]
    verbose: bool,
    /// Findings that this file knows are shown in the summary alone and do not count.
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_BASELINE")]
    baseline: Option<PathBuf>,
    /// Writes all findings of this run to the file of --baseline instead of reporting them.
    #[arg(long, env = "PLIMSOLL_WRITE_BASELINE", value_parser = FalseyValueParser::new())]
    write_baseline: bool,
    /// Says which signals made each decision that a value is a secret.
    #[arg(long, env = "PLIMSOLL_WHY", value_parser = FalseyValueParser::new())]
    why: bool,
}

#[derive(Args)]
struct Collect {
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Rules {
    /// Folder of own rules beside the built-in ones; may be given again.
    #[arg(long = "policy", value_name = "DIR", env = "PLIMSOLL_POLICY")]
    policies: Vec<PathBuf>,
    /// Format of the list.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", env = "PLIMSOLL_FORMAT")]
    format: FormatName,
}

#[derive(Args)]
struct Explain {
    /// Id of the rule, e.g. web/cors-no-wildcard.
    rule: String,
    #[command(flatten)]
    rules: Rules,
}

#[derive(Args)]
struct Init {
    /// Writes git's pre-commit hook instead of plimsoll.yaml.
    #[arg(long, env = "PLIMSOLL_HOOK", value_parser = FalseyValueParser::new())]
    hook: bool,
}

#[derive(Args)]
struct Test {
    /// Policy folders.
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Colours: auto asks the terminal, NO_COLOR and CLICOLOR_FORCE.
    #[arg(long, value_name = "WHEN", default_value = "auto", env = "PLIMSOLL_COLOR")]
    color: Color,
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    Text,
    Concise,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum SeverityName {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl FormatName {
    /// The format of a name as the flags take it.
    fn named(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Format::Text,
            FormatName::Concise => Format::Concise,
            FormatName::Json => Format::Json,
        }
    }
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Info => Severity::Info,
            SeverityName::Low => Severity::Low,
            SeverityName::Medium => Severity::Medium,
            SeverityName::High => Severity::High,
            SeverityName::Critical => Severity::Critical,
        }
    }
}

impl Command {
    /// Flags that may be given again take several values from their environment variable, with commas between them.
    fn spread(&mut self, given: &ArgMatches) {
        let from_env = |id: &str| given.value_source(id) == Some(ValueSource::EnvVariable);
        let (policies, globs) = match self {
            Command::Check(check) => (
                Some(&mut check.common.policies),
                vec![("rules", &mut check.rules), ("skip", &mut check.skip), ("reports", &mut check.reports)],
            ),
            Command::Collect(collect) => (Some(&mut collect.common.policies), Vec::new()),
            Command::Rules(rules) => (Some(&mut rules.policies), Vec::new()),
            Command::Explain(explain) => (Some(&mut explain.rules.policies), Vec::new()),
            Command::Test(_) | Command::Init(_) | Command::Completions { .. } => (None, Vec::new()),
        };
        if let Some(policies) = policies.filter(|_| from_env("policies")) {
            *policies = policies.iter().flat_map(|one| commas(&one.to_string_lossy())).map(PathBuf::from).collect();
        }
        for (id, values) in globs {
            if from_env(id) {
                *values = values.iter().flat_map(|one| commas(one)).collect();
            }
        }
    }
}

/// The parts of a list; commas inside the braces of a glob divide nothing.
fn commas(list: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let parts = list.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_string).collect()
}

/// Runs the program.
pub fn main() -> ExitCode {
    // A rule that makes the engine panic is reported as that rule's error, so the panic itself is not shown.
    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !crate::policy::is_evaluating() {
            shown(panic);
        }
    }));
    let matches = Cli::command().get_matches();
    let mut command = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli.command,
        Err(error) => error.exit(),
    };
    if let Some((_, given)) = matches.subcommand() {
        command.spread(given);
    }
    let code = match command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Collect(arguments) => collect::run(&arguments),
        Command::Rules(arguments) => rules::list(&arguments),
        Command::Explain(arguments) => rules::explain(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Completions { shell } => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "plimsoll", &mut out);
            print(&String::from_utf8_lossy(&out)).map(|()| 0)
        }
    };
    match code {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&format!("plimsoll: {error}\n"));
            ExitCode::from(BROKEN)
        }
    }
}

/// Writes to standard output, whole or with an error.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever closed the pipe has read enough; further reports and the exit code do not depend on that.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes to standard error; there is nowhere to say that this failed.
fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Runs with as many threads as asked, each with a stack that a deep policy does not overflow.
fn with_threads<T: Send>(jobs: Option<u16>, run: impl FnOnce() -> T + Send) -> io::Result<T> {
    const STACK: usize = 64 << 20;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.map_or(0, usize::from)).stack_size(STACK);
    let pool = pool.build().map_err(io::Error::other)?;
    Ok(pool.install(run))
}

/// Whether to colour a stream.
fn colored(color: Color, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto if set("CLICOLOR_FORCE") || set("FORCE_COLOR") => true,
        Color::Auto => terminal,
    }
}

/// How text for a stream looks.
fn style(color: Color, terminal: bool) -> Style {
    let width =
        terminal_size::terminal_size().filter(|_| terminal).map_or(80, |(width, _)| usize::from(width.0).min(120));
    Style { color: colored(color, terminal), unicode: terminal, width, ..Style::default() }
}

fn style_of_stdout(color: Color) -> Style {
    style(color, io::stdout().is_terminal())
}

fn style_of_stderr(color: Color) -> Style {
    style(color, io::stderr().is_terminal())
}
