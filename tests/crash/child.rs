//! Child processes that migrate. They are this test program itself: it is started again with one test's name, and
//! with what it is to do in the environment.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use schema_runtime::Options;

use crate::scenario::{Scenario, named};

const SCENARIO: &str = "CRASH_CHILD_SCENARIO";
const DATABASE: &str = "CRASH_CHILD_DATABASE";
const STOP: &str = "CRASH_CHILD_STOP";

/// How many instructions of SQLite's machine make one step.
const INSTRUCTIONS: i32 = 64;

/// Where a child is stopped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stop {
    /// It comes to its end.
    Never,
    /// At the event of that number, counted from 1.
    Event(usize),
    /// After so many steps of SQLite's machine, in the middle of a statement.
    Step(u64),
    /// In the middle of the write that makes any file longer than so many blocks of 512 bytes.
    Size(u64),
    /// After that time, wherever it is.
    Time(Duration),
    /// Nowhere, but it waits for a signal before it begins.
    Signal,
}

/// What a child that came to its end says of its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) steps: u64,
    pub(crate) duration: Duration,
    /// How many migrations it recorded or took back.
    pub(crate) recorded: u64,
}

/// Not a test of its own: what a child process does.
#[test]
fn process() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_mins(1));
        eprintln!("a child hangs");
        std::process::abort();
    });
    let scenario = named(&std::env::var(SCENARIO).expect("a scenario"));
    let program = (scenario.program)();
    let stop = std::env::var(STOP).unwrap_or_default();
    let number = |word: &str| stop.strip_prefix(word).map(|rest| rest.trim().parse::<u64>().expect("a number"));
    say("ready");
    if stop == "signal" {
        std::io::stdin().read_line(&mut String::new()).expect("a signal");
    }
    let start = Instant::now();
    let steps = Arc::new(AtomicU64::new(0));
    let result = if let Some(last) = number("step") {
        scenario.act_on(&program, counting(Path::new(&database), last, &steps), Options::new())
    } else {
        let last = number("event").unwrap_or(u64::MAX);
        let mut events = 0;
        let options = Options::new().on_event(move |_| {
            events += 1;
            halt_at(events, last);
        });
        scenario.act(&program, Path::new(&database), options)
    };
    match result {
        Ok(report) => {
            let (steps, micros) = (steps.load(Ordering::Relaxed), start.elapsed().as_micros());
            say(&format!("done {steps} {micros} {}", report.steps.len()));
        }
        Err(error) => {
            say(&format!("refused {:?}", error.kind()));
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

/// A connection that stops the process at a step.
fn counting(database: &Path, last: u64, steps: &Arc<AtomicU64>) -> Connection {
    let mut db = Connection::open(database).expect("it opens");
    let steps = Arc::clone(steps);
    let handler = move || {
        halt_at(steps.fetch_add(1, Ordering::Relaxed) + 1, last);
        false
    };
    drop(db.progress_handler(INSTRUCTIONS, Some(handler)));
    db
}

fn halt_at(now: u64, last: u64) {
    if now == last {
        say("stop");
        loop {
            std::thread::park();
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The test harness writes to the same line.
    writeln!(out, "\n@{line}").and_then(|()| out.flush()).expect("a parent that listens");
}

/// A child and the lines that it says.
pub(crate) struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// Starts a child, and returns when it is about to migrate.
    pub(crate) fn start(scenario: &Scenario, database: &Path, stop: Stop) -> Running {
        let program = std::env::current_exe().expect("this program");
        let command = match stop {
            Stop::Size(blocks) => {
                let mut shell = Command::new("sh");
                let limited = format!("ulimit -c 0; ulimit -f {blocks}; exec \"$0\" \"$@\"");
                shell.args(["-c", &limited]).arg(program);
                shell
            }
            _ => Command::new(program),
        };
        Running::from(command, scenario, database, stop)
    }

    /// The same with a command that starts this program in its own way.
    pub(crate) fn from(mut command: Command, scenario: &Scenario, database: &Path, stop: Stop) -> Running {
        let word = match stop {
            Stop::Event(event) => format!("event {event}"),
            Stop::Step(step) => format!("step {step}"),
            Stop::Signal => "signal".to_owned(),
            Stop::Never | Stop::Size(_) | Stop::Time(_) => String::new(),
        };
        let mut child = command
            .args(["child::process", "--exact", "--nocapture", "--test-threads=1"])
            .env(SCENARIO, scenario.name)
            .env(DATABASE, database)
            .env(STOP, word)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut running = Running { child, lines };
        let ready = running.hear();
        assert_eq!(ready.as_deref(), Some("ready"), "{}", running.complaint());
        running
    }

    /// The next thing it says.
    fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        while self.lines.read_line(&mut line).expect("a pipe") > 0 {
            if let Some(said) = line.strip_prefix('@') {
                return Some(said.trim_end().to_owned());
            }
            line.clear();
        }
        None
    }

    /// The signal that [`Stop::Signal`] waits for.
    pub(crate) fn signal(&mut self) {
        self.child.stdin.take().expect("its input").write_all(b"\n").expect("a pipe");
    }

    /// Waits for the end of one that is refused: the kind, and the text of the error.
    pub(crate) fn refusal(mut self) -> (String, String) {
        let said = self.hear().unwrap_or_default();
        let text = self.complaint();
        self.child.wait().expect("an end");
        let kind = said.strip_prefix("refused ").unwrap_or_else(|| panic!("it said {said}: {text}"));
        (kind.to_owned(), text)
    }

    /// Waits until it stops at an event, where it stays.
    pub(crate) fn halted(&mut self) {
        assert_eq!(self.hear().as_deref(), Some("stop"), "{}", self.complaint());
    }

    fn complaint(&mut self) -> String {
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().expect("its errors");
        std::io::Read::read_to_string(&mut stderr, &mut text).expect("a pipe");
        text
    }

    /// Kills it where it is to stop, and says whether that interrupted anything.
    pub(crate) fn end(mut self, stop: Stop) -> bool {
        match stop {
            Stop::Time(duration) => {
                std::thread::sleep(duration);
                self.child.kill().expect("a kill");
            }
            Stop::Event(_) | Stop::Step(_) => {
                if self.hear().as_deref() == Some("stop") {
                    self.child.kill().expect("a kill");
                }
            }
            Stop::Size(_) | Stop::Signal | Stop::Never => {}
        }
        let status = self.child.wait().expect("an end");
        assert!(status.success() || was_killed(status), "{stop:?}: {status}: {}", self.complaint());
        !status.success()
    }

    /// Kills it at once.
    pub(crate) fn end_now(self) -> bool {
        self.end(Stop::Time(Duration::ZERO))
    }

    /// Waits for its end, which has to be a good one.
    pub(crate) fn way(mut self) -> Way {
        let said = self.hear().unwrap_or_default();
        let status = self.child.wait().expect("an end");
        assert!(status.success(), "{}", self.complaint());
        let numbers: Vec<u64> = said.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [steps, micros, recorded] = numbers[..] else { panic!("it said {said}") };
        Way { steps, duration: Duration::from_micros(micros), recorded }
    }
}

#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    // SIGKILL, and SIGXFSZ of a file that becomes too long.
    matches!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9 | 25))
}

#[cfg(not(unix))]
fn was_killed(status: ExitStatus) -> bool {
    !status.success()
}
