//! A PostgreSQL server of the tests' own: made in a temporary directory, reached through a socket there, and
//! stopped when the last test that uses it ends, however it ends.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Makes a missing server a failure.
const REQUIRE: &str = "DRIFTLESS_REQUIRE_PG";

/// `nobody`: the server refuses to run as root.
const UNPRIVILEGED: u32 = 65534;

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
static DATABASES: AtomicUsize = AtomicUsize::new(0);

struct Server {
    binaries: PathBuf,
    directory: tempfile::TempDir,
    process: Child,
    user: Option<u32>,
}

/// An empty database, for one test.
pub(crate) struct Database {
    server: Arc<Server>,
    name: String,
}

/// An empty database. `None`, with a line that says so, where there is no PostgreSQL on this machine.
///
/// # Panics
/// When there is none and `DRIFTLESS_REQUIRE_PG=1` asks for one.
pub(crate) fn database(purpose: &str) -> Option<Database> {
    let Some(binaries) = binaries() else {
        let line = format!("SKIPPED, no PostgreSQL server on this machine: {purpose}");
        assert!(std::env::var_os(REQUIRE).is_none_or(|value| value != "1"), "{line}");
        // Straight to the terminal: the test harness would keep it, as it keeps what passes.
        let _ = writeln!(std::io::stderr(), "{line}");
        return None;
    };
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let server = shared.upgrade().unwrap_or_else(|| Arc::new(Server::start(binaries)));
    *shared = Arc::downgrade(&server);
    drop(shared);
    let name = format!("test{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let created = server.psql("postgres", &format!("CREATE DATABASE {name}"));
    created.unwrap_or_else(|error| panic!("no database: {error}"));
    Some(Database { server, name })
}

impl Database {
    /// Runs a script; the rows of its queries, columns separated by `|`.
    pub(crate) fn run(&self, sql: &str) -> String {
        self.try_run(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// Runs a script up to its first error.
    pub(crate) fn try_run(&self, sql: &str) -> Result<String, String> {
        self.server.psql(&self.name, sql)
    }

    /// Runs statements without their semicolons.
    pub(crate) fn run_all<S: AsRef<str>>(&self, statements: impl IntoIterator<Item = S>) {
        let script: String = statements.into_iter().map(|sql| format!("{};\n", sql.as_ref())).collect();
        self.run(&script);
    }

    /// The lines of a query's answer.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        self.run(sql).lines().map(str::to_owned).collect()
    }
}

impl Server {
    fn start(binaries: PathBuf) -> Server {
        let directory = tempfile::tempdir().unwrap();
        let user = (fs::metadata(directory.path()).unwrap().uid() == 0).then_some(UNPRIVILEGED);
        if user.is_some() {
            chown(directory.path(), user, user).unwrap();
        }
        let path = |name: &str| directory.path().join(name);
        let mut initdb = command(&binaries, "initdb", user);
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        let made = initdb.arg(path("data")).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let log = fs::File::create(path("log")).unwrap();
        let mut postgres = command(&binaries, "postgres", user);
        postgres.arg("-D").arg(path("data")).arg("-k").arg(directory.path());
        // No network, and nothing that must survive.
        postgres.args(["-h", "", "-F", "-c", "full_page_writes=off", "-c", "max_connections=20"]);
        let process = postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut server = Server { binaries, directory, process, user };
        server.wait();
        server
    }

    fn wait(&mut self) {
        let start = Instant::now();
        while self.psql("postgres", "SELECT 1").is_err() {
            let log = || fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {}", log());
            assert!(start.elapsed() < Duration::from_mins(1), "the server does not answer: {}", log());
            sleep(Duration::from_millis(50));
        }
    }

    fn psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let psql = Some(self.binaries.join("psql")).filter(|file| file.is_file()).unwrap_or_else(|| "psql".into());
        let mut psql = Command::new(psql);
        psql.env_clear().env("PGOPTIONS", "-c client_min_messages=warning").env("PGCLIENTENCODING", "UTF8");
        psql.arg("-h").arg(self.directory.path()).args(["-U", "postgres", "-d", database]);
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        psql.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = psql.spawn().map_err(|error| error.to_string())?;
        let mut input = child.stdin.take().expect("it is piped");
        let sql = sql.to_owned();
        let writer = std::thread::spawn(move || input.write_all(sql.as_bytes()));
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        // It stops to read at the first error.
        let _ = writer.join();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).expect("the encoding is UTF-8"))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = command(&self.binaries, "pg_ctl", self.user);
        stop.args(["stop", "--silent", "--mode=immediate", "-D"]).arg(self.directory.path().join("data"));
        let stopped = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// A program of the server as a user that it accepts.
fn command(binaries: &Path, name: &str, user: Option<u32>) -> Command {
    let mut command = Command::new(binaries.join(name));
    command.current_dir("/").env("LC_ALL", "C");
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    command
}

/// The directory of the newest server: what distributions install, what the path has, what `pg_config` says.
fn binaries() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for root in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        let entries = fs::read_dir(root).into_iter().flatten().flatten();
        found.extend(entries.map(|entry| entry.path().join("bin")));
    }
    let version = |path: &PathBuf| -> u32 {
        let digits: String = path.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    };
    found.sort_by_key(|path| std::cmp::Reverse(version(path)));
    found.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        found.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    found.into_iter().find(|path| ["initdb", "postgres", "pg_ctl"].iter().all(|name| path.join(name).is_file()))
}
