//! `check`: the verdict of the build, without building.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::args::{Format, Where};
use crate::exit::{Outcome, Result, Stop};
use crate::finding::{self, Finding, Level, Summary};
use crate::hosts::Hosts;
use crate::place::Site;
use crate::verdict::{self, Judged};

/// Enough for the parser to follow the deepest nesting that is let through to it.
const STACK: usize = 64 << 20;

pub(crate) fn run(place: &Where, format: Format, json: bool) -> Result<Outcome> {
    let sites = place.sites_with_models()?;
    let hosts = Hosts::default();
    let judged = judge_all(&sites, place, &hosts)?;
    let mut findings: Vec<Finding> = judged.findings.into_iter().collect();
    findings.sort();
    let summary =
        Summary { models: judged.models.len(), migrations: hosts.all().iter().map(|host| host.migrations()).sum() };
    let format = if json && format == Format::Human { Format::Json } else { format };
    crate::out::text(finding::print(&findings, format, &summary));
    Ok(outcome(&findings))
}

/// Judges the sites, several at a time: syntax trees do not cross threads, verdicts do.
fn judge_all(sites: &[Site], place: &Where, hosts: &Hosts) -> Result<Judged> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Judged::default());
    let work = || {
        while let Some(site) = sites.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut judged = verdict::judge(site, place, hosts);
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.findings.append(&mut judged.findings);
            all.models.append(&mut judged.models);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(sites.len());
    let started = std::thread::scope(|scope| {
        let builder = || std::thread::Builder::new().stack_size(STACK);
        (0..threads).map(|_| builder().spawn_scoped(scope, work)).collect::<std::io::Result<Vec<_>>>().map(|_| ())
    });
    started.map_err(|error| Stop::unusable(format!("cannot start a thread: {error}")))?;
    Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// An input that cannot be read leaves more open than a disagreement says.
fn outcome(findings: &[Finding]) -> Outcome {
    let errors = || findings.iter().filter(|finding| finding.level == Level::Error);
    if errors().any(|finding| finding::is_input(finding.code)) {
        Outcome::Unusable
    } else if errors().next().is_some() {
        Outcome::Findings
    } else {
        Outcome::Done
    }
}
