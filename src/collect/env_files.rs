use crate::artefact::Bundle;
use crate::collect::{Claim, Collector, Contribution};
use crate::config::Config;
use crate::located::Dialect;

pub struct EnvFiles;

impl Collector for EnvFiles {
    fn section(&self) -> &'static str {
        "env_files"
    }

    fn views(&self) -> &'static [&'static str] {
        &[]
    }

    fn dialect(&self) -> Dialect {
        Dialect::Text
    }

    fn claims(&self, _path: &str) -> Claim {
        Claim::No
    }

    fn collect<'a>(&self, _bundle: &'a Bundle, _config: &Config) -> Contribution<'a> {
        Contribution::default()
    }
}

/// What an env file that no deployment uses contributes: a deployment of its own.
pub fn stray_settings(
    artefact: &crate::artefact::Artefact,
) -> (crate::input::deployments::Deployment<'_>, Vec<crate::input::settings::Setting<'_>>) {
    use crate::input::deployments::{Deployment, DeploymentKind};
    use crate::input::environment;
    let environment = environment::of_path(&artefact.path);
    let at = artefact.located.root().expect("replaced in the next commit").into();
    let (name, artefacts) = (artefact.path.clone(), vec![artefact.path.clone()]);
    (Deployment { name, kind: DeploymentKind::EnvFile, environment, judged: false, artefacts, at }, Vec::new())
}
