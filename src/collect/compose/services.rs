//! What one service of a project says of resources, ports and commands.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::collect::compose::effective::{Content, Effective};
use crate::collect::compose::normalise::{Port, range, short_port};
use crate::collect::paths;
use crate::input::dockerfiles::Stage;
use crate::input::guards::Threshold;
use crate::input::scheduling::Strategy;
use crate::input::settings::{State, Via};
use crate::input::workloads::{
    Build, ContainerPort, Healthcheck, Label, Mount, PublishedPort, Quantity, ReplicaSource, Replicas, Resources, Word,
};
use crate::located::Value;

/// Ports of one range that are listed one by one.
const RANGE: u16 = 64;

/// Limits and reservations, of `deploy` and of the service itself.
pub fn resources<'a>(service: &Effective<'a>) -> Resources<'a> {
    let mut resources = Resources::default();
    let block = service.path(&["deploy", "resources"]);
    resources.at = block.map(|block| block.at.into());
    for (keys, requests, name) in [
        (&["deploy", "resources", "limits", "cpus"][..], false, "cpu"),
        (&["deploy", "resources", "limits", "memory"], false, "memory"),
        (&["deploy", "resources", "reservations", "cpus"], true, "cpu"),
        (&["deploy", "resources", "reservations", "memory"], true, "memory"),
        (&["cpus"], false, "cpu"),
        (&["mem_limit"], false, "memory"),
        (&["mem_reservation"], true, "memory"),
    ] {
        let Some(value) = service.path(keys) else { continue };
        let Some(text) = value.text() else { continue };
        let milli = if name == "cpu" { cpus(&text) } else { bytes(&text) };
        let milli = milli.filter(|_| value.state != State::Unknown);
        // Nothing is no limit to the engine.
        if milli == Some(0) {
            continue;
        }
        let quantity = Quantity { text, milli, at: value.at.into(), via: value.via.as_slice().into() };
        let target = if requests { &mut resources.requests } else { &mut resources.limits };
        if let Some(amount) = target.get_mut(name) {
            amount.get_or_insert(quantity);
        }
    }
    resources
}

/// Thousandths of a CPU.
fn cpus(text: &str) -> Option<i64> {
    let cpus: f64 = text.trim().parse().ok()?;
    let milli = (cpus * 1000.0).round();
    (milli.is_finite() && (0.0..1e15).contains(&milli)).then_some(milli as i64)
}

/// Thousandths of a byte; compose's units are powers of 1024.
fn bytes(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim().trim_end_matches('b').trim_end_matches('i') {
        "" => 1.0,
        "k" => 1024.0,
        "m" => 1024.0 * 1024.0,
        "g" => 1024.0 * 1024.0 * 1024.0,
        "t" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let milli = number * unit * 1000.0;
    (milli.is_finite() && milli < 9e18).then_some(milli as i64)
}

/// How many copies run.
pub fn replicas<'a>(service: &Effective<'a>, overlay: bool) -> Replicas<'a> {
    match service.path(&["deploy", "replicas"]).or_else(|| service.get("scale")) {
        Some(stated) => Replicas {
            value: stated.int(),
            source: ReplicaSource::Stated,
            at: stated.at.into(),
            via: stated.via.as_slice().into(),
        },
        None => Replicas {
            value: (!overlay).then_some(1),
            source: ReplicaSource::Default,
            at: service.at.into(),
            via: Box::default(),
        },
    }
}

/// `deploy.update_config`: Swarm replaces `parallelism` copies at once, 1 by default and all with 0, and stops them first
/// by default (<https://docs.docker.com/reference/compose-file/deploy/#update_config>).
pub fn strategy<'a>(service: &Effective<'a>, replicas: Option<i64>) -> Option<Strategy<'a>> {
    let config = service.path(&["deploy", "update_config"]).filter(|config| config.map().is_some())?;
    let order = config.get("order").and_then(Effective::text).unwrap_or(Cow::Borrowed("stop-first"));
    let parallelism = config.get("parallelism");
    let at = parallelism.or_else(|| config.get("order")).unwrap_or(config).at;
    let pods = parallelism.map_or(Some(1), Effective::int);
    let text = parallelism.and_then(Effective::text).unwrap_or(Cow::Borrowed("1"));
    let pods = if pods == Some(0) { replicas } else { pods };
    Some(Strategy { at: at.into(), kind: order, max_unavailable: Some(Threshold { text, pods, at: at.into() }) })
}

/// The words of `entrypoint` and `command`.
pub fn command<'a>(service: &Effective<'a>) -> Vec<Word<'a>> {
    let parts = ["entrypoint", "command"].iter().filter_map(|key| service.get(key));
    parts.flat_map(words).collect()
}

/// The same with what the image brings along: a `command` leaves its ENTRYPOINT, an `entrypoint` leaves nothing of it.
pub fn command_with<'a>(service: &Effective<'a>, image: &Stage<'a>) -> Vec<Word<'a>> {
    let stated = |key: &str| service.get(key).is_some_and(|part| !matches!(part.content, Content::Null));
    if stated("entrypoint") {
        return command(service);
    }
    let own = if stated("command") { command(service) } else { image.command.clone() };
    image.entrypoint.iter().cloned().chain(own).collect()
}

/// The words of a list, or the one line that stands in its place.
fn words<'a>(part: &Effective<'a>) -> Vec<Word<'a>> {
    let words = match &part.content {
        Content::List(items) => items.as_slice(),
        _ => std::slice::from_ref(part),
    };
    words.iter().filter_map(|word| Some(Word { text: word.text()?, at: word.at.into() })).collect()
}

/// Labels of the service and of `deploy`.
pub fn labels<'a>(service: &Effective<'a>) -> Vec<Label<'a>> {
    let maps = [service.get("labels"), service.path(&["deploy", "labels"])];
    let entries = maps.into_iter().flatten().filter_map(Effective::map).flatten();
    let label = |(name, value): (&Cow<'a, str>, &Effective<'a>)| Label {
        name: name.clone(),
        value: if value.is_unknown() { None } else { Some(value.text().unwrap_or_default()) },
        at: value.at.into(),
        via: value.via.clone(),
    };
    entries.map(label).collect()
}

/// Names beside the service's own by which others reach it.
pub fn aliases<'a>(service: &Effective<'a>) -> Vec<Cow<'a, str>> {
    let own = ["container_name", "hostname"].into_iter().filter_map(|key| service.get(key));
    let networks = service.get("networks").and_then(Effective::map).into_iter().flat_map(|networks| networks.values());
    let further = networks.filter_map(|network| network.get("aliases")).flat_map(Effective::items);
    own.chain(further).filter(|name| !name.is_unknown()).filter_map(Effective::text).collect()
}

/// The service's own health check.
pub fn healthcheck<'a>(service: &Effective<'a>) -> Option<Healthcheck<'a>> {
    let check = service.get("healthcheck").filter(|check| check.map().is_some())?;
    let test = check.get("test").map(words).unwrap_or_default();
    let none = test.first().is_some_and(|word| word.text == "NONE");
    let disabled = none || check.get("disable").and_then(Effective::bool) == Some(true);
    Some(Healthcheck { at: check.at.into(), disabled, test })
}

/// Files and folders of the tree that the service sees; `folder` is the project's, `configs` what it calls so.
pub fn mounts<'a>(service: &Effective<'a>, folder: &str, configs: Option<&Effective<'a>>) -> Vec<Mount<'a>> {
    let mount = |entry: &Effective<'a>| {
        let (source, target) = (entry.get("source")?, entry.get("target")?);
        let bind = entry.get("type").and_then(Effective::text).is_some_and(|kind| kind == "bind");
        let known = bind && !source.is_unknown() && !target.is_unknown();
        let path = paths::join(folder, &source.text()?).filter(|_| known)?;
        Some(Mount { source: path.into(), target: target.text()?, at: source.at.into() })
    };
    let volumes = service.get("volumes").map(Effective::items).unwrap_or_default().iter().filter_map(mount);
    let config = |entry: &Effective<'a>| {
        let source = entry.get("source").unwrap_or(entry).text()?;
        let config = configs?.get(&source)?;
        let path = match config.get("content") {
            Some(content) => format!("{}/configs/{source}", content.at.located().path),
            None => paths::join(folder, &config.get("file").filter(|file| !file.is_unknown())?.text()?)?,
        };
        // Without a target it lies at the root, under its own name.
        let target = entry.get("target").and_then(Effective::text);
        let target = target.unwrap_or_else(|| format!("/{source}").into());
        Some(Mount { source: path.into(), target, at: entry.at.into() })
    };
    let configs = service.get("configs").map(Effective::items).unwrap_or_default().iter().filter_map(config);
    volumes.chain(configs).collect()
}

/// What the image is built from.
pub fn build<'a>(service: &Effective<'a>, folder: &str) -> Option<Build<'a>> {
    let build = service.get("build").filter(|build| build.map().is_some())?;
    let text = |key: &str| build.get(key).filter(|value| !value.is_unknown()).and_then(Effective::text);
    let context = paths::join(folder, &text("context").unwrap_or(Cow::Borrowed(".")))?;
    let dockerfile = paths::join(&context, &text("dockerfile").unwrap_or(Cow::Borrowed("Dockerfile")))?;
    Some(Build { dockerfile: dockerfile.into(), target: text("target"), at: build.at.into(), stage: None })
}

/// Ports of the host and of the container, and the entries that are no ports. On the host's network nothing is mapped:
/// what the container serves, every address of the host does.
pub fn ports<'a>(
    service: &Effective<'a>,
    host_network: bool,
) -> (Vec<PublishedPort<'a>>, Vec<ContainerPort<'a>>, Vec<Value<'a>>) {
    let (mut outside, mut inside, mut invalid) = (Vec::new(), Vec::new(), Vec::new());
    for entry in service.get("ports").map(Effective::items).unwrap_or_default() {
        if entry.is_unknown() || entry.map().is_some_and(|map| map.values().any(Effective::is_unknown)) {
            outside.push(unknown(entry));
            continue;
        }
        let (port, at) = match &entry.content {
            Content::Map(_) => {
                (long_port(entry), entry.get("published").or_else(|| entry.get("target")).unwrap_or(entry))
            }
            _ => (entry.text().and_then(|text| short_port(&text)), entry),
        };
        let Some(mut port) = port else {
            invalid.push(at.at);
            continue;
        };
        if host_network {
            (port.host_ip, port.published) = (None, Some(port.target));
        }
        outside.extend(published(&port, at.at, &at.via));
        for number in port.target.0..=port.target.1.min(port.target.0.saturating_add(RANGE)) {
            inside.push(ContainerPort { port: number, name: None, at: at.at.into() });
        }
    }
    for entry in service.get("expose").map(Effective::items).unwrap_or_default() {
        let text = entry.text().unwrap_or_default();
        let (numbers, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
        match range(numbers) {
            Some(target) => {
                inside.push(ContainerPort { port: target.0, name: None, at: entry.at.into() });
                if host_network {
                    let protocol = protocol.to_lowercase();
                    let port = Port { host_ip: None, published: Some(target), target, protocol };
                    outside.extend(published(&port, entry.at, &entry.via));
                }
            }
            None if entry.is_unknown() => {}
            None => invalid.push(entry.at),
        }
    }
    (outside, inside, invalid)
}

fn long_port(entry: &Effective<'_>) -> Option<Port> {
    let text = |key: &str| entry.get(key).and_then(Effective::text);
    Some(Port {
        host_ip: text("host_ip").map(Cow::into_owned),
        published: match text("published").filter(|text| !text.is_empty()) {
            Some(text) => Some(range(&text)?),
            None => None,
        },
        target: range(&text("target")?)?,
        protocol: text("protocol").map_or_else(|| "tcp".to_string(), Cow::into_owned),
    })
}

/// The ports of the host that an entry publishes, a range one by one.
pub fn published<'a>(port: &Port, at: Value<'a>, via: &[Via<'a>]) -> Vec<PublishedPort<'a>> {
    let loopback = port.host_ip.as_deref().is_some_and(is_loopback);
    let count = port.published.map_or(0, |(first, last)| last - first).max(port.target.1 - port.target.0).min(RANGE);
    let one = |n: u16| PublishedPort {
        host_ip: port.host_ip.clone().map(Cow::Owned),
        loopback,
        host_port: port.published.map(|(first, last)| first.saturating_add(n).min(last)),
        container_port: Some(port.target.0.saturating_add(n).min(port.target.1)),
        protocol: Cow::Owned(port.protocol.clone()),
        known: true,
        at: at.into(),
        via: via.to_vec(),
    };
    (0..=count).map(one).collect()
}

/// A port that a variable decides which nothing sets. The parts that are written out still count.
fn unknown<'a>(entry: &Effective<'a>) -> PublishedPort<'a> {
    let text = entry.at.text().unwrap_or_default();
    let ip = text.split_once(':').map(|(ip, _)| ip).filter(|ip| is_loopback(ip));
    let target = match &entry.content {
        Content::Map(_) => entry.get("target").filter(|target| !target.is_unknown()).and_then(Effective::text),
        _ => text.rsplit(':').next().filter(|target| !target.contains('$')).map(Cow::Borrowed),
    };
    let target = target.and_then(|target| range(target.split('/').next().unwrap_or_default()));
    PublishedPort {
        host_ip: ip.map(Cow::Borrowed),
        loopback: ip.is_some(),
        host_port: None,
        container_port: target.map(|(first, _)| first),
        protocol: Cow::Borrowed("tcp"),
        known: false,
        at: entry.at.into(),
        via: entry.via.clone(),
    }
}

fn is_loopback(ip: &str) -> bool {
    ip == "localhost" || ip.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_of_compose() {
        assert_eq!((cpus("0.5"), cpus("2"), cpus("many")), (Some(500), Some(2000), None));
        assert_eq!(
            (bytes("1k"), bytes("512M"), bytes("1gb")),
            (Some(1_024_000), Some(536_870_912_000), Some(1_073_741_824_000))
        );
        assert_eq!((bytes("64"), bytes("1.5g").is_some(), bytes("much")), (Some(64_000), true, None));
    }
}
