//! Nothing is written that does not lead to the models: the migrations run in the sandbox, then the new one, then
//! its way back.

use std::borrow::Cow;

use schema_core::plan::Plan;
use schema_core::{Diff, Inspection, Migration, Pair, Renames, Schema, Unmanaged, UnmanagedKind, render};
use schema_replay::{MigrationSet, Replayer};

use crate::exit::{Result, Stop};
use crate::place::stop;

/// A sandbox in which the migrations ran.
pub(super) struct Proof {
    replayer: Replayer,
    before: Inspection,
    findings: usize,
}

impl Proof {
    /// Runs the migrations that there are.
    pub(super) fn begin(set: &MigrationSet) -> Result<Proof> {
        let mut replayer = Replayer::new();
        for migration in &set.migrations {
            replayer.run(migration).map_err(|problem| stop(&[problem]))?;
        }
        let before = replayer.inspection().map_err(|problem| stop(&[problem]))?;
        let findings = replayer.findings().len();
        Ok(Proof { replayer, before, findings })
    }

    /// What the migrations lead to.
    pub(super) fn before(&self) -> &Inspection {
        &self.before
    }

    /// Runs the new migration and its way back.
    pub(super) fn end(mut self, plan: &Plan, up: &Migration, down: Option<&Migration>) -> Result<()> {
        let worked = self.programs_work(&self.before.unmanaged.clone()).is_ok();
        self.replayer.run(up).map_err(|problem| match words_of(&problem.message) {
            words if words.starts_with("error in ") => unusable_program(words),
            _ => unsound(&problem.message),
        })?;
        if let Some(finding) = self.replayer.findings().get(self.findings) {
            return Err(Stop::refused(finding.message.clone()));
        }
        let found = self.compare(&plan.after, "the models")?;
        if worked && let Err(words) = self.programs_work(&found.unmanaged) {
            return Err(unusable_program(&words));
        }
        let Some(down) = down else { return Ok(()) };
        self.replayer.run(down).map_err(|problem| unsound(&problem.message))?;
        self.compare(&self.before.schema, "the schema before").map(drop)
    }

    /// What there is, if it is what is expected.
    fn compare(&self, expected: &Schema, what: &str) -> Result<Inspection> {
        let found = self.replayer.inspection().map_err(|problem| stop(&[problem]))?;
        let diff = Diff::between(Pair::new(&found.schema, expected), &Renames::default());
        match diff.changes.first() {
            None => Ok(found),
            Some(change) => Err(unsound(&format!("it would not lead to {what}: {:?} differs", change.path()))),
        }
    }

    /// Lets SQLite compile every view and every trigger; its words if one does not.
    fn programs_work(&mut self, objects: &[Unmanaged]) -> std::result::Result<(), String> {
        let is_program = |object: &Unmanaged| matches!(object.kind, UnmanagedKind::View | UnmanagedKind::Trigger);
        if !objects.iter().any(is_program) {
            return Ok(());
        }
        let probe = Migration {
            version: Cow::Borrowed("0"),
            name: Cow::Borrowed("probe"),
            file: Cow::Borrowed("probe"),
            sql: Cow::Owned(render::compile_everything("__driftless_probe").join(";\n")),
            checksum: Cow::Borrowed(""),
            no_transaction: false,
        };
        self.replayer.run(&probe).map_err(|problem| words_of(&problem.message).to_owned())
    }
}

/// What SQLite says, without the file that it says it about.
fn words_of(message: &str) -> &str {
    let line = message.lines().next().unwrap_or_default();
    line.strip_prefix("SQLite refuses `").and_then(|rest| rest.split_once("`: ")).map_or(line, |(_, words)| words)
}

fn unusable_program(words: &str) -> Stop {
    Stop::refused(format!(
        "a view or a trigger would not work after this migration: {words}\n  nothing was changed\n  \
         help: drop it in a migration before, and create it again in one after (`--empty`)"
    ))
}

/// A plan that does not do what it should is a fault of driftless, not of its user.
fn unsound(words: &str) -> Stop {
    Stop::unusable(format!(
        "the migration that was planned does not work, so it was not written\n  sandbox:     {}\n  \
         help: write it by hand (`--empty`), and report this as a bug",
        words.replace("\n  ", "\n               ")
    ))
}
