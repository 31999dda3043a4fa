//! Plimsoll decides whether a deployment may go live.
//!
//! This page is the whole line: [`artefact::gather`] finds and reads, [`input::InputDocument::build`] lets the collectors
//! make one document of it, [`policy::Policies`] decides, [`verdict`] turns what rules say into places and verdicts, and
//! [`report`] shows them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::artefact::{Gathered, HISTORY, SECRETS, Sources, Wanted};
use crate::baseline::Baseline;
use crate::config::Config;
use crate::input::InputDocument;
use crate::mask::Mask;
use crate::policy::Policies;
use crate::problem::{Problem, ProblemKind};
use crate::rule::Rule;
use crate::verdict::{Circumstances, Review, Status, Summary, Verdict};

pub mod artefact;
pub mod baseline;
pub mod cli;
pub mod collect;
pub mod config;
pub mod embedded;
pub mod input;
pub mod lines;
pub mod located;
pub mod mask;
pub mod policy;
pub mod problem;
pub mod report;
pub mod rule;
pub mod schema;
pub mod secrets;
pub mod syntax;
pub mod verdict;
pub mod waiver;

/// What is asked of a run.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub sources: Sources,
    pub config: Config,
    /// Folders of a team's own policies.
    pub policies: Vec<PathBuf>,
    /// Globs of rule ids to decide; empty for all.
    pub rules: Vec<String>,
    /// Globs of rule ids to leave out.
    pub skip: Vec<String>,
    /// Findings that are known, and the file that says so.
    pub baseline: Option<(Baseline, PathBuf)>,
    /// What is wrong with files that say how to decide: the config, an allowlist of gitleaks.
    pub broken: Vec<Problem>,
    /// Texts of such files by path, beside that of the config.
    pub texts: Vec<(Arc<str>, Arc<str>)>,
}

impl Request {
    /// Texts of the files that say how to decide, by path.
    fn texts(&self) -> impl Iterator<Item = (Arc<str>, Arc<str>)> {
        let config = (self.config.path.clone(), self.config.text.clone());
        std::iter::once(config).filter(|(path, _)| !path.is_empty()).chain(self.texts.iter().cloned())
    }
}

/// What a run came to, and what a report needs to show it.
pub struct Run {
    pub review: Review,
    /// Texts of artefacts and policies by path.
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
    pub mask: Mask,
    /// Whether a policy could not be loaded, no rule is called as asked, or git cannot give what is asked for.
    pub broken: bool,
    /// The baseline as this run would write it anew.
    pub baseline: Option<Baseline>,
    /// What the run worked with: millions of small values, which a program that ends need not take apart.
    _kept: Option<(Gathered, Policies)>,
}

impl Run {
    /// A run that came to nothing more than what is given.
    fn new(review: Review, texts: BTreeMap<Arc<str>, Arc<str>>, mask: Mask) -> Self {
        Self { review, texts, mask, broken: false, baseline: None, _kept: None }
    }
}

/// Decides what is wrong in the sources.
pub fn check(request: &Request) -> Run {
    let load = || Policies::load(&request.policies);
    let mut wanted = Wanted::ALL;
    let (gathered, (policies, broken), (chosen, unknown)) = if request.rules.is_empty() {
        let gather = || artefact::gather(&request.sources, &request.config, wanted);
        let (gathered, loaded) = rayon::join(gather, load);
        let chosen = choose(loaded.0.rules(), request);
        (gathered, loaded, chosen)
    } else {
        // Only what the chosen rules read is worth reading.
        let loaded = load();
        let (chosen, unknown) = choose(loaded.0.rules(), request);
        let all = chosen.rules.is_empty();
        let reads = |wanted: &dyn Fn(&str) -> bool| {
            all || chosen.rules.iter().flat_map(|rule| &rule.input).any(|section| wanted(section))
        };
        wanted = Wanted {
            artefacts: reads(&|section| section != SECRETS && section != HISTORY),
            secrets: reads(&|section| section == SECRETS),
            history: reads(&|section| section == HISTORY),
        };
        (artefact::gather(&request.sources, &request.config, wanted), loaded, (chosen, unknown))
    };
    let (mut document, found) = InputDocument::build(&gathered.bundle, &request.config);
    document.only_given = !gathered.folder_given;
    // What the next commit holds of a whole tree is not looked for.
    let staged = request.sources.staged;
    let absent = if staged { Vec::new() } else { input::deployments::absent(&request.config, &gathered) };
    let mut problems: Vec<Problem> =
        [gathered.problems.clone(), found, nothing_recognised(&gathered, wanted), absent].concat();

    let params = request.config.rules.iter().map(|(id, rule)| (id.as_str().into(), rule.params.clone())).collect();
    let evaluate = || policies.evaluate(&chosen.rules, &document, "check", &params);
    let (evaluated, mask) = rayon::join(evaluate, || Mask::new(&document));
    let circumstances = Circumstances {
        config: &request.config,
        command: "check",
        named: &chosen.named,
        problems: &problems,
        mask: &mask,
    };
    let mut outcomes = verdict::locate(&document, evaluated, &circumstances);
    let ids: Vec<&str> = policies.rules().iter().map(|rule| &*rule.id).collect();
    let judged = waiver::Judged {
        ids: &ids,
        path: &|path| {
            let given = !document.only_given || gathered.bundle.is_given(path);
            given && document.is_judged(path)
        },
        whole: !document.only_given,
    };
    let accepted = waiver::apply(&mut outcomes, &gathered.bundle, &request.config, &judged);
    problems.extend(accepted);
    let mut fixed = 0;
    let baseline = request.baseline.as_ref().map(|(baseline, file)| {
        fixed = baseline.apply(&mut outcomes, &gathered.bundle, judged.path);
        problems.extend(baseline::fixed(file, fixed));
        baseline.renewed(&outcomes, &gathered.bundle, &mask)
    });
    verdict::settle(&mut outcomes);
    problems.extend(outcomes.iter().filter_map(failed));

    let wrong = request.broken.iter().cloned();
    let broken: Vec<Problem> = broken.into_iter().chain(unknown).chain(gathered.refusal.clone()).chain(wrong).collect();
    let is_broken = !broken.is_empty();
    problems.extend(broken);
    problems.iter_mut().for_each(|problem| verdict::trace::problem(problem, &gathered.bundle));
    problems.sort_by(|a, b| (&a.path, a.span, &a.message).cmp(&(&b.path, b.span, &b.message)));
    problems.dedup();
    let summary = Summary { fixed, ..summary(&document, gathered.binary, &outcomes, &problems) };
    let verdict = outcomes.iter().map(|outcome| outcome.verdict).min().unwrap_or(Verdict::NotEvaluated);
    let of_policies = policies.texts().chain(policy::texts(&request.policies));
    let texts = gathered.bundle.texts().chain(of_policies).chain(request.texts()).collect();
    let review = Review { command: "check", verdict, summary, outcomes, problems };
    drop(document);
    Run { broken: is_broken, baseline, _kept: Some((gathered, policies)), ..Run::new(review, texts, mask) }
}

/// The input document as JSON, with secrets masked, and the problems on the way to it.
pub fn collect(request: &Request) -> (Result<String, serde_json::Error>, Run) {
    let wanted = Wanted::ALL;
    let gathered = artefact::gather(&request.sources, &request.config, wanted);
    let (document, found) = InputDocument::build(&gathered.bundle, &request.config);
    let mask = Mask::new(&document);
    let json = mask.document(&document);
    let wrong = request.broken.clone();
    let broken = !wrong.is_empty();
    let problems = [gathered.problems.clone(), found, nothing_recognised(&gathered, wanted), wrong].concat();
    let summary = summary(&document, gathered.binary, &[], &problems);
    let review = Review { command: "collect", verdict: Verdict::NotEvaluated, summary, outcomes: Vec::new(), problems };
    let texts = gathered.bundle.texts().chain(request.texts()).collect();
    (json, Run { broken, ..Run::new(review, texts, mask) })
}

/// The rules that a request asks for.
struct Chosen {
    rules: Vec<Arc<Rule>>,
    /// Those that `--rule` names one by one.
    named: HashSet<Arc<str>>,
}

fn choose(rules: &[Arc<Rule>], request: &Request) -> (Chosen, Vec<Problem>) {
    // Most are ids, which need no matcher.
    let is_glob = |text: &str| text.contains(['*', '?', '[', '{', '\\']);
    let asked = |text: &String| {
        let glob = is_glob(text).then(|| globset::Glob::new(text).ok()).flatten();
        (text.clone(), glob.map(|glob| glob.compile_matcher()))
    };
    let fits = |(text, glob): &(String, Option<globset::GlobMatcher>), id: &str| {
        text == id || glob.as_ref().is_some_and(|glob| glob.is_match(id))
    };
    let skipped: Vec<_> = request.skip.iter().map(asked).collect();
    let asked: Vec<_> = request.rules.iter().map(asked).collect();
    let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
    let unknown = asked.iter().chain(&skipped).filter(|one| !ids.iter().any(|id| fits(one, id)));
    let problem = |(text, _): &(String, _)| {
        Problem::new(ProblemKind::Fault, "", format!("no rule is called `{text}`"))
            .help(rule::metadata::near_rule(text, &ids))
    };
    let mut problems: Vec<Problem> = unknown.map(problem).collect();
    let wanted = |rule: &&Arc<Rule>| {
        (asked.is_empty() || asked.iter().any(|one| fits(one, &rule.id)))
            && !skipped.iter().any(|one| fits(one, &rule.id))
    };
    let named = ids.iter().filter(|id| request.rules.iter().any(|glob| glob == **id)).map(|id| (*id).into()).collect();
    let chosen: Vec<Arc<Rule>> = rules.iter().filter(wanted).cloned().collect();
    if chosen.is_empty() && !rules.is_empty() && problems.is_empty() {
        let message = "no rule is left to decide: all that `--rule` names are skipped";
        problems.push(Problem::new(ProblemKind::Fault, "", message).help("leave one of `--rule` and `--skip` out"));
    }
    (Chosen { rules: chosen, named }, problems)
}

/// A rule that failed says so, and why.
fn failed(outcome: &verdict::Outcome) -> Option<Problem> {
    let message = format!("the rule {} failed: {}", outcome.rule.id, outcome.failure.as_ref()?);
    let problem = Problem::new(ProblemKind::Fault, outcome.rule.file.clone(), message);
    Some(problem.help("mend the rule, or leave it out with --skip"))
}

fn nothing_recognised(gathered: &Gathered, wanted: Wanted) -> Vec<Problem> {
    let artefacts = gathered.bundle.artefacts();
    let recognised = artefacts.iter().any(|artefact| artefact.located.section != "gitignore")
        || gathered.bundle.is_built()
        || !wanted.artefacts && !gathered.bundle.scanned().is_empty();
    if recognised || !gathered.folder_given || gathered.problems.iter().any(|one| one.kind != ProblemKind::Notice) {
        return Vec::new();
    }
    vec![
        Problem::new(ProblemKind::Fault, "", "nothing was recognised: no file of a kind that plimsoll reads")
            .help("name the folder that holds the deployment's configuration"),
    ]
}

fn summary(
    document: &InputDocument<'_>,
    binary: usize,
    outcomes: &[verdict::Outcome],
    problems: &[Problem],
) -> Summary {
    let judged = document.deployments.iter().filter(|deployment| deployment.judged).count();
    let mut summary = Summary {
        artefacts: document.bundle.artefacts().len(),
        texts: document.bundle.scanned().len(),
        binary,
        deployments_judged: judged,
        deployments_not_judged: document.deployments.len() - judged,
        rules: outcomes.len(),
        rules_without_subject: outcomes.iter().filter(|outcome| outcome.subjects == 0).count(),
        unknowns: outcomes.iter().map(|outcome| outcome.unknowns.len()).sum(),
        problems: problems.iter().filter(|problem| problem.kind != ProblemKind::Notice).count(),
        ..Summary::default()
    };
    let mut by_severity: HashMap<rule::Severity, usize> = HashMap::new();
    for finding in outcomes.iter().flat_map(|outcome| &outcome.findings) {
        match finding.status {
            Status::Open => *by_severity.entry(finding.severity).or_default() += 1,
            Status::Ignored => summary.ignored += 1,
            Status::Waived => summary.waived += 1,
            Status::Baselined => summary.baselined += 1,
        }
    }
    let of = |severity| by_severity.get(&severity).copied().unwrap_or_default();
    summary.critical = of(rule::Severity::Critical);
    summary.high = of(rule::Severity::High);
    summary.medium = of(rule::Severity::Medium);
    summary.low = of(rule::Severity::Low);
    summary.info = of(rule::Severity::Info);
    summary
}
