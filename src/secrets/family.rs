//! How a text is written, as far as it matters for where a value ends.

/// Texts whose assignments are written alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Program code: only quoted text is a literal.
    Code,
    Yaml,
    Json,
    /// A name, a sign and the rest of the line: env files, INI, properties, TOML and configuration of that kind.
    Lines,
    Shell,
    Dockerfile,
    /// XML and HTML.
    Markup,
    /// Prose, in which a colon begins a sentence more often than a value.
    Prose,
}

const CODE: &[&str] = &[
    "py", "js", "cjs", "mjs", "ts", "tsx", "jsx", "go", "rb", "rs", "php", "java", "kt", "kts", "cs", "scala",
    "groovy", "gradle", "swift", "c", "cc", "cpp", "h", "hpp", "m", "lua", "pl", "pm", "ex", "exs", "erl", "clj",
    "dart", "r", "sql", "vue", "svelte", "tf", "tfvars", "hcl", "fs", "vb", "ipynb", "pp", "jsonnet", "bicep", "rego",
    "proto", "graphql",
];
const PROSE: &[&str] =
    &["md", "markdown", "rst", "txt", "adoc", "tex", "html", "htm", "svg", "css", "scss", "less", "po", "pot"];
/// What shells read when they start, and what they write down.
const SHELL_FILES: &[&str] = &[
    ".bashrc",
    ".bash_profile",
    ".bash_aliases",
    ".bash_login",
    ".bash_logout",
    ".bash_history",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".zsh_history",
    ".kshrc",
    ".shrc",
    ".history",
    ".sh_history",
    "bashrc",
    "zshrc",
    "bash_profile",
    "profile",
    "bash_aliases",
];
const MARKUP: &[&str] = &[
    "xml",
    "config",
    "csproj",
    "xsd",
    "plist",
    "resx",
    "wsdl",
    "xhtml",
    "jmx",
    "pubxml",
    "publishsettings",
    "mobileconfig",
    "storyboard",
    "xib",
    "fxml",
    "props",
    "targets",
];

impl Family {
    /// By the file's name, and where that does not tell by how the text begins.
    pub fn of(path: &str, text: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let stem = name.trim_end_matches(".j2").trim_end_matches(".tpl").trim_end_matches(".tmpl");
        let stem = stem.trim_end_matches(".template").trim_end_matches(".example").trim_end_matches(".sample");
        let ending = stem.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        let is = |known: &[&str]| known.contains(&ending);
        if stem.starts_with("dockerfile") || stem.starts_with("containerfile") || is(&["dockerfile", "containerfile"]) {
            Family::Dockerfile
        } else if stem.starts_with(".env") || stem.starts_with("env.") || is(&["env"]) {
            Family::Lines
        } else if is(CODE) || matches!(stem, "jenkinsfile" | "vagrantfile" | "gemfile" | "rakefile") {
            Family::Code
        } else if is(&["yml", "yaml"]) || stem == "-" {
            Family::Yaml
        } else if is(&["json", "jsonc", "json5", "har", "tfstate", "webmanifest", "avsc"]) {
            Family::Json
        } else if is(&["sh", "bash", "zsh", "ksh", "fish", "ps1", "bat", "cmd", "mk", "envrc"])
            || stem == "makefile"
            || SHELL_FILES.contains(&stem)
        {
            Family::Shell
        } else if is(MARKUP) {
            Family::Markup
        } else if is(PROSE) || matches!(stem, "readme" | "license" | "changelog") {
            Family::Prose
        } else {
            Family::sniffed(text)
        }
    }

    fn sniffed(text: &str) -> Self {
        let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        if start.starts_with("#!") {
            Family::Shell
        } else if start.starts_with("<?xml") || start.starts_with("<!") {
            Family::Markup
        } else if start.starts_with('{') || start.starts_with("[{") || start.starts_with("[\"") {
            Family::Json
        } else if start.starts_with("---") {
            Family::Yaml
        } else {
            Family::Lines
        }
    }
}
