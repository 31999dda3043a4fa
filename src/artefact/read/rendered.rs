//! What other programs render of a run, read as files are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ignore::{DirEntry, WalkBuilder};
use rayon::prelude::*;

use crate::artefact::read::{Reader, Reading, Text};
use crate::artefact::render::{self, Build, Files};
use crate::artefact::trace::Trace;
use crate::artefact::tree::Content;
use crate::artefact::walk::{Found, Origin};
use crate::artefact::{Bundle, below};
use crate::collect::{COLLECTORS, Claim, Collector, spoiled};
use crate::config::Render;
use crate::mask::lexical;
use crate::problem::{Problem, ProblemKind};
use crate::syntax::Format;

/// What is rendered of a run, and by which collector.
pub struct Renderings<'r> {
    pub files: &'r [Found],
    /// Paths of all of them, sorted.
    pub names: Vec<&'r str>,
    pub root: &'r Path,
    pub reader: &'r Reader<'r>,
    pub folder_given: bool,
}

impl Renderings<'_> {
    /// Adds what charts and overlays of the tree come to. A problem of one that is rendered whole goes; that of another says
    /// why it is not.
    pub fn add(&self, bundle: Bundle, config: &Render, problems: &mut Vec<Problem>) -> Bundle {
        let read = |path: &str| self.text(path);
        let below = |folder: &str| self.below(folder);
        let files = Files { paths: &self.names, below: &below, read: &read };
        let of = |collector: &'static dyn Collector| {
            collector.builds(&bundle, &files, config).into_iter().map(move |build| (collector, build))
        };
        let (collectors, builds): (Vec<&'static dyn Collector>, Vec<Build>) =
            COLLECTORS.iter().flat_map(|collector| of(*collector)).filter(|(_, build)| self.is_given(build)).unzip();
        let results = render::run(self.root, &builds, config.limit);
        let read: Vec<Result<(Reading, Option<Trace>), String>> = (collectors.par_iter(), &builds, results)
            .into_par_iter()
            .map(|(collector, build, result)| Ok(self.rendered(*collector, build, result?, &files)))
            .collect();
        let whole: BTreeSet<&str> =
            builds.iter().zip(&read).filter(|(_, result)| result.is_ok()).map(|(build, _)| &*build.problem).collect();
        let mut added = Vec::new();
        let mut failed: BTreeMap<&str, String> = BTreeMap::new();
        for (build, result) in builds.iter().zip(read) {
            match result {
                Ok((reading, trace)) => {
                    problems.extend(reading.problems);
                    added.extend(reading.artefact.zip(trace));
                }
                Err(reason) => {
                    // What programs say may quote what they were given.
                    let reason = lexical::blank(&reason);
                    let of_one = whole.contains(&*build.problem);
                    let reason = if of_one { format!("`{}`: {reason}", build.path) } else { reason };
                    failed.entry(&build.problem).or_insert(reason);
                }
            }
        }
        settle(problems, &builds, &failed, &collectors);
        let went =
            |build: &Build| (build.problem.clone(), failed.get(&*build.problem).map_or(Ok(()), |why| Err(why.clone())));
        let went = builds.iter().map(went).collect();
        bundle.with(added, went, &|path| self.folder_given || self.given().any(|given| given == path))
    }

    /// What one build came to, and where that comes from.
    fn rendered(
        &self,
        collector: &'static dyn Collector,
        build: &Build,
        text: Vec<u8>,
        files: &Files<'_>,
    ) -> (Reading, Option<Trace>) {
        if text.iter().all(u8::is_ascii_whitespace) {
            return Default::default();
        }
        let found = Found { origin: Origin::Given, path: build.path.as_str().into(), given: true, opaque: false };
        let claims = [(collector, Claim::Yes(Format::Yaml))];
        let reading = self.reader.classify(&found, Text::new(text), &claims).unwrap_or_default();
        let trace = reading.artefact.as_ref().map(|artefact| collector.trace(build, artefact, files));
        (reading, trace)
    }

    fn given(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter(|found| found.given).map(|found| &*found.path)
    }

    /// Whether a build reads anything that the command line names.
    fn is_given(&self, build: &Build) -> bool {
        let reads = |path: &str| build.reads.iter().any(|read| read == path || below(read, path).is_some());
        self.folder_given || self.given().any(reads)
    }

    fn below(&self, folder: &str) -> Vec<String> {
        if self.folder_given {
            let names = self.names.iter().filter(|name| below(folder, name).is_some());
            return names.map(|name| (*name).to_string()).collect();
        }
        // Of what lies beside given files only the nearest was looked at.
        let mut builder = WalkBuilder::new(self.root.join(folder));
        builder.hidden(false).git_global(false).git_exclude(false).ignore(false).parents(false);
        let files = builder.build().flatten().filter(|entry| entry.file_type().is_some_and(|one| one.is_file()));
        let name = |entry: DirEntry| Some(entry.path().strip_prefix(self.root).ok()?.to_str()?.replace('\\', "/"));
        let mut names: Vec<String> = files.filter_map(name).collect();
        names.sort();
        names
    }

    /// The text of a file below the root, whether git ignores it or not.
    fn text(&self, path: &str) -> Option<Arc<str>> {
        let origin = self.reader.tree.find(self.root, path)?;
        let found = Found { origin, path: path.into(), given: false, opaque: false };
        match self.reader.tree.content(&found, self.reader.limits.file_bytes) {
            Content::Bytes { bytes, .. } => String::from_utf8(bytes).ok().map(Into::into),
            _ => None,
        }
    }
}

/// Takes away the limits of what was rendered, and says of the others why it was not.
fn settle(
    problems: &mut Vec<Problem>,
    builds: &[Build],
    failed: &BTreeMap<&str, String>,
    collectors: &[&'static dyn Collector],
) {
    let is_of = |problem: &Problem, build: &Build| problem.kind == ProblemKind::Limit && build.problem == *problem.path;
    let tried = |problem: &Problem| builds.iter().any(|build| is_of(problem, build));
    problems.retain(|problem| !tried(problem) || failed.contains_key(&*problem.path));
    for problem in problems.iter_mut().filter(|problem| tried(problem)) {
        if let Some(reason) = failed.get(&*problem.path) {
            problem.message = format!("{} ({reason})", problem.message);
            problem.help = problem.help.replace(render::ASK, render::MEND);
        }
    }
    // What only the config names has no problem yet, unless its collector has one to come.
    for (build, collector) in builds.iter().zip(collectors) {
        let missing = build.refusal.as_ref().filter(|_| build.commands.is_empty());
        if let Some(reason) = missing {
            let message = format!("is not rendered, so what it deploys is not judged ({reason})");
            let problem = Problem::new(ProblemKind::Limit, build.problem.as_str(), message);
            let spoils = spoiled([*collector]);
            problems.push(problem.help("mend `render` in plimsoll.yaml").spoils(&spoils));
        }
    }
}
