//! The case files: blocks of lines with a label each, beside the text and never in it.
//!
//! A block begins with `@ PATH`. `+ ` is a line with a secret, `| ` goes on with the secret of the line above, `- ` is a
//! near miss, and two blanks are a line that is no case; a report on either of these is a false alarm. What `~{...}`
//! makes is told in `generate.rs`.

use std::fs;
use std::ops::Range;
use std::path::Path;

use crate::generate::Generator;

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Secret,
    /// More of the secret above.
    More,
    Clean,
    Context,
}

impl Label {
    /// Whether the line counts as a case.
    pub fn is_case(self) -> bool {
        matches!(self, Label::Secret | Label::Clean)
    }
}

/// A line of a block, without its prefix.
pub struct Line {
    pub label: Label,
    /// Where it stands in the case file, from 1.
    pub number: usize,
    pub text: String,
}

/// One file of a deployment.
pub struct Block {
    /// The name of the case file.
    pub file: String,
    pub path: String,
    pub lines: Vec<Line>,
}

/// A block with values for its generators.
pub struct Expanded {
    pub text: String,
    /// The bytes that generators made.
    pub made: Vec<Range<usize>>,
    /// Where each line starts.
    starts: Vec<usize>,
}

/// All blocks of all case files, sorted by file.
pub fn read() -> Vec<Block> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/secrets/cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| parse(&file.file_name().unwrap().to_string_lossy(), &fs::read_to_string(file).unwrap()))
        .collect()
}

/// The blocks of one case file.
fn parse(file: &str, text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(path) = line.strip_prefix("@ ") {
            blocks.push(Block { file: file.into(), path: path.into(), lines: Vec::new() });
            continue;
        }
        let (prefix, rest) = line.split_at_checked(2).unwrap_or((line, ""));
        let label = match prefix {
            "+ " => Label::Secret,
            "| " => Label::More,
            "- " => Label::Clean,
            "  " => Label::Context,
            "" => continue,
            _ => panic!("{file}:{number}: `{prefix}` is no prefix of a case"),
        };
        let block = blocks.last_mut().unwrap_or_else(|| panic!("{file}:{number}: a line before the first `@ PATH`"));
        assert!(
            label != Label::More || block.case(block.lines.len().wrapping_sub(1)).is_some(),
            "{file}:{number}: goes on with nothing"
        );
        block.lines.push(Line { label, number, text: rest.into() });
    }
    blocks
}

impl Block {
    /// The line that begins the secret on this line, if there is one.
    pub fn case(&self, line: usize) -> Option<usize> {
        let begins = (0..=line).rev().find(|at| self.lines.get(*at).is_some_and(|line| line.label != Label::More))?;
        (self.lines[begins].label == Label::Secret).then_some(begins)
    }

    /// The text of the file; another round makes other values of the same kind.
    pub fn expand(&self, round: u64) -> Expanded {
        let mut expanded = Expanded { text: String::new(), made: Vec::new(), starts: Vec::new() };
        for (at, line) in self.lines.iter().enumerate() {
            expanded.starts.push(expanded.text.len());
            let seed = format!("{round} {} {at} {}", self.path, line.text);
            Generator::new(&seed).expand(&line.text, &mut expanded.text, &mut expanded.made);
            expanded.text.push('\n');
        }
        expanded
    }
}

impl Expanded {
    /// The index of the line that holds this byte.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte) - 1
    }
}

#[test]
fn a_secret_goes_on_over_its_lines() {
    let block = &parse("x.txt", "@ a.yaml\n  a:\n+ key: |\n|   ~{hex:4}\n- b: 1\n")[0];
    assert_eq!((0..4).map(|line| block.case(line)).collect::<Vec<_>>(), [None, Some(1), Some(1), None]);
    let expanded = block.expand(0);
    assert_eq!(expanded.line(expanded.made[0].start), 2);
    assert_eq!(expanded.line(expanded.text.len() - 1), 3);
    assert_ne!(expanded.text, block.expand(1).text);
    assert_eq!(expanded.text, block.expand(0).text);
}
