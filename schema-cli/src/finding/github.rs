//! Workflow commands: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use super::{Finding, Level};

pub(super) fn print(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let mut place = Vec::new();
        if let Some(spot) = finding.rust.as_ref().or(finding.sql.as_ref()) {
            place.push(format!("file={}", property(&spot.file.display().to_string())));
            place.push(format!("line={}", spot.line));
            place.push(format!("endLine={}", spot.end_line));
            place.push(format!("col={}", spot.column));
        }
        place.push(format!("title={}", property(finding.code)));
        let command = match finding.level {
            Level::Note => "notice",
            level => level.as_str(),
        };
        format!("::{command} {}::{}\n", place.join(","), data(&finding.message))
    };
    findings.iter().map(line).collect()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
