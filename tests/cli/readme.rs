//! README is true: its commands run as written, its table lists every rule.

use std::fs;

use crate::common::{list, plimsoll, root, run, text};

/// The commands of the blocks marked `console`, without their prompt, and what README says that they print.
fn commands(readme: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside {
            match line.strip_prefix("$ ") {
                Some(command) => commands.push((command.to_string(), String::new())),
                None => {
                    let (_, output) = commands.last_mut().expect("output follows a command");
                    output.push_str(line);
                    output.push('\n');
                }
            }
        }
    }
    commands
}

#[test]
fn every_command_runs_and_prints_what_is_shown() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README is there");
    let mut seen = 0;
    for (command, shown) in commands(&readme) {
        // The two commands that set the project up are what this test runs in.
        let Some(arguments) = command.strip_prefix("plimsoll ") else {
            assert!(command.starts_with("cargo "), "{command}");
            continue;
        };
        let words: Vec<&str> = arguments.split(' ').collect();
        let output = plimsoll(&root(), &words).output().expect("it runs");
        let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_ne!(output.status.code(), Some(2), "{command}: {errors}");
        if !shown.is_empty() {
            assert_eq!(out, shown, "{command}");
        }
        seen += 1;
    }
    assert!(seen >= 3, "README shows how plimsoll is used");
}

#[test]
fn the_table_of_rules_is_whole() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README is there");
    let rules = run(&root(), &["rules", "--format", "json"]).json();
    let expected: Vec<String> = list(&rules)
        .iter()
        .map(|rule| format!("| {} | {} | {} |", text(&rule["id"]), text(&rule["severity"]), text(&rule["title"])))
        .collect();
    let table: Vec<&str> = readme.lines().filter(|line| line.starts_with("| ") && line.contains('/')).collect();
    let listed: Vec<&str> = table
        .into_iter()
        .filter(|line| expected.iter().any(|one| one.split('|').nth(1) == line.split('|').nth(1)))
        .collect();
    assert_eq!(listed, expected);
}
