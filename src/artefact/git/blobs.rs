//! Contents of git objects, by one `git cat-file --batch` for all of them.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

use super::{Repository, cannot_start};
use crate::problem::{Problem, ProblemKind};

/// What an object holds.
#[derive(Debug)]
pub enum Blob {
    Bytes(Vec<u8>),
    /// Over the limit: how many bytes it has, and the first of them.
    Large(u64, Vec<u8>),
    /// Named and not there, as in a partial clone.
    Missing,
}

/// A running `git cat-file --batch`.
#[derive(Debug)]
pub struct Blobs {
    pipes: Mutex<Pipes>,
    child: Child,
}

#[derive(Debug)]
struct Pipes {
    /// None when it is over.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// How many bytes of an object over the limit are kept, to see whether it is text.
const START: u64 = 8_000;

/// Bytes that a pipe takes at least before anybody reads them: POSIX's `PIPE_BUF` on Linux.
const PIPE: usize = 4_096;

impl Blobs {
    /// # Errors
    ///
    /// Git cannot be started.
    pub fn open(repository: &Repository) -> Result<Self, Box<Problem>> {
        let mut command = repository.command();
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| cannot_start(&error))?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Problem::new(ProblemKind::Fault, "", "git gives no answer").into());
        };
        let answers = BufReader::with_capacity(1 << 16, answers);
        Ok(Self { pipes: Mutex::new(Pipes { questions: Some(questions), answers }), child })
    }

    /// The object of a name that holds no line break; `limit` in bytes.
    ///
    /// # Errors
    ///
    /// Git died, or says what this does not understand.
    pub fn get(&self, name: &str, limit: usize) -> io::Result<Blob> {
        Ok(self.all(&[name], limit)?.pop().unwrap_or(Blob::Missing))
    }

    /// The objects of many names, asked for without waiting for each answer.
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    pub fn all(&self, names: &[&str], limit: usize) -> io::Result<Vec<Blob>> {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let Pipes { questions, answers } = &mut *pipes;
        let questions = questions.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let asked: String = names.iter().flat_map(|name| [*name, "\n"]).collect();
        if asked.len() <= PIPE {
            questions.write_all(asked.as_bytes())?;
            return names.iter().map(|_| read(answers, limit as u64)).collect();
        }
        // Git takes no more questions while nobody reads its answers.
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| questions.write_all(asked.as_bytes()));
            let read: io::Result<Vec<Blob>> = names.iter().map(|_| read(answers, limit as u64)).collect();
            asking.join().unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))?;
            read
        })
    }
}

/// Reads one answer.
fn read(answers: &mut BufReader<ChildStdout>, limit: u64) -> io::Result<Blob> {
    let mut header = String::new();
    answers.read_line(&mut header)?;
    // `<oid> <type> <size>`, or `<name> missing`.
    let size = header.trim_end().rsplit_once(' ').map(|(_, last)| last);
    let Some(size) = size.and_then(|size| size.parse::<u64>().ok()) else {
        let answered = header.ends_with('\n');
        return if answered { Ok(Blob::Missing) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
    };
    let kept = if size > limit { START.min(size) } else { size };
    let mut bytes = Vec::with_capacity(usize::try_from(kept).unwrap_or_default());
    answers.by_ref().take(kept).read_to_end(&mut bytes)?;
    // The rest, and the line break after it.
    let rest = size - kept + 1;
    if io::copy(&mut answers.by_ref().take(rest), &mut io::sink())? < rest {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(if size > limit { Blob::Large(size, bytes) } else { Blob::Bytes(bytes) })
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // Git ends when nobody asks any more.
        self.pipes.get_mut().unwrap_or_else(PoisonError::into_inner).questions = None;
        let _ = self.child.wait();
    }
}
