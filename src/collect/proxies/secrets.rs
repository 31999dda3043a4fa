//! Words of proxies that are credentials, whatever they are called.

use crate::artefact::Artefact;
use crate::collect::proxies::directives::Directive;
use crate::collect::proxies::dynamic;
use crate::located::Value;

/// Passwords, their hashes and tokens of a file of Caddy, HAProxy or Traefik.
pub fn secrets(artefact: &Artefact) -> Vec<Value<'_>> {
    let Some(root) = artefact.located.root() else { return Vec::new() };
    let mut found = dynamic::secrets(root);
    // Lists of lines, and whether what they hold is secret: all arguments of each line.
    let lists = ["caddyfile", "haproxy"].into_iter().filter_map(|key| root.get(key));
    let mut lists: Vec<(Value<'_>, bool)> = lists.map(|list| (list, false)).collect();
    while let Some((list, secret)) = lists.pop() {
        for item in list.items() {
            let Some(line) = Directive::read(item) else {
                lists.extend(item.get("block").map(|block| (block, false)));
                continue;
            };
            let first = match line.name {
                _ if secret => Some(0),
                // The provider goes before its token.
                "dns" | "acme_dns" => Some(1),
                "user" => line.words().position(|word| word.ends_with("password")).map(|at| at + 1),
                "stats" if line.word(0) == Some("auth") => Some(1),
                _ => None,
            };
            let words = line.args.iter().skip(first.unwrap_or(usize::MAX));
            found.extend(words.filter(|word| word.text().is_some_and(|text| !text.starts_with('{'))));
            let inner = secret || matches!(line.name, "basic_auth" | "basicauth" | "dns" | "acme_dns" | "acme_eab");
            lists.extend(line.block.map(|block| (block, inner)));
        }
    }
    found
}
