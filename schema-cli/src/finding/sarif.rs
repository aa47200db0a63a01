//! SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Finding, Spot};

pub(super) fn print(findings: &[Finding]) -> String {
    let rules: BTreeSet<&str> = findings.iter().map(|finding| finding.code).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "driftless",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    format!("{document:#}\n")
}

fn rule(code: &str) -> Value {
    let text = crate::explain::text(code).and_then(|text| text.lines().next()).unwrap_or(code);
    json!({ "id": code, "shortDescription": { "text": text } })
}

fn result(finding: &Finding) -> Value {
    let locations: Vec<Value> = finding.rust.iter().chain(&finding.sql).take(1).map(location).collect();
    let related: Vec<Value> = finding.rust.iter().chain(&finding.sql).skip(1).map(location).collect();
    json!({
        "ruleId": finding.code,
        "level": finding.level.as_str(),
        "message": { "text": finding.message },
        "locations": locations,
        "relatedLocations": related,
    })
}

fn location(spot: &Spot) -> Value {
    let uri = spot.file.display().to_string().replace('\\', "/").replace(' ', "%20");
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri },
        "region": {
            "startLine": spot.line,
            "startColumn": spot.column,
            "endLine": spot.end_line,
            "endColumn": spot.end_column.max(spot.column + 1),
        },
    } })
}
