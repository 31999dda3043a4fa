//! Which files an `include` of nginx names.

use globset::GlobBuilder;

use crate::artefact::{Artefact, Bundle};
use crate::collect::paths;
use crate::collect::proxies::directives::Directive;
use crate::located::Value;

/// Folders in which nginx looks for its configuration, by packager.
const PREFIXES: &[&str] =
    &["/etc/nginx/", "/usr/local/nginx/conf/", "/usr/local/etc/nginx/", "/usr/local/openresty/nginx/conf/"];

/// Files that come with nginx and set nothing that rules ask for.
const SHIPPED: &[&str] = &[
    "mime.types",
    "fastcgi_params",
    "fastcgi.conf",
    "uwsgi_params",
    "scgi_params",
    "proxy_params",
    "koi-utf",
    "koi-win",
    "win-utf",
    "options-ssl-nginx.conf",
];

/// The pattern as seen from the folder of nginx; None for a file elsewhere on the machine.
fn relative(pattern: &str) -> Option<&str> {
    match PREFIXES.iter().find_map(|prefix| pattern.strip_prefix(prefix)) {
        Some(rest) => Some(rest),
        None => (!pattern.starts_with('/')).then_some(pattern),
    }
}

/// Whether the included file can be left out of account.
pub fn is_shipped(pattern: &str) -> bool {
    let name = pattern.rsplit('/').next().unwrap_or(pattern);
    SHIPPED.contains(&name) || pattern.contains("modules-enabled/") || pattern.contains("/modules/")
}

/// The folder of a file and those above it, nearest first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(paths::folder(path)), |folder| (!folder.is_empty()).then(|| paths::folder(folder)))
}

/// The artefacts that an include of a file names; empty where the tree holds none.
pub fn files<'a>(bundle: &'a Bundle, from: &str, pattern: &str) -> Vec<&'a Artefact> {
    let Some(pattern) = relative(pattern) else { return Vec::new() };
    for folder in folders(from) {
        let Some(path) = paths::join(folder, pattern) else { continue };
        let found: Vec<&Artefact> = if path.contains(['*', '?', '[']) {
            let Ok(glob) = GlobBuilder::new(&path).literal_separator(true).build() else { continue };
            let glob = glob.compile_matcher();
            bundle.section("proxies").filter(|artefact| glob.is_match(&*artefact.path)).collect()
        } else {
            bundle.get(&path).filter(|artefact| artefact.located.section == "proxies").into_iter().collect()
        };
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Paths that the includes of a file may mean, to be read if they are there.
pub fn named(artefact: &Artefact) -> Vec<String> {
    let mut found = Vec::new();
    let mut lists: Vec<Value<'_>> = artefact.located.root().into_iter().collect();
    while let Some(list) = lists.pop() {
        for directive in list.items().filter_map(Directive::read) {
            lists.extend(directive.block);
            let pattern = directive.word(0).filter(|_| directive.name == "include").and_then(relative);
            let Some(pattern) = pattern.filter(|pattern| !pattern.contains(['*', '?', '$']) && !is_shipped(pattern))
            else {
                continue;
            };
            found.extend(folders(&artefact.path).filter_map(|folder| paths::join(folder, pattern)));
        }
    }
    found
}
